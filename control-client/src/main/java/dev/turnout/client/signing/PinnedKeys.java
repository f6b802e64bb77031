package dev.turnout.client.signing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.client.SteadyFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The public keys that snapshots must be signed with, by one of them: two or more, so that the
 * server can go over from one to the next. No key is read, and nothing of the JVM's cryptography
 * touched, before the first snapshot. Safe for use by several threads.
 */
public final class PinnedKeys {
  private static final int MAX_FILE_BYTES = 64 << 10;

  private final @Nullable SteadyFile file;
  private final String given;

  private PinnedKeys(@Nullable SteadyFile file, String given) {
    this.file = file;
    this.given = given;
  }

  /** Keys in Base64, X.509 form, with blanks, commas or semicolons in between. */
  public static PinnedKeys of(String keys) {
    return new PinnedKeys(null, keys);
  }

  /**
   * Keys in a file, one a line, with {@code #} before what is no key. It is read again for every
   * snapshot, so that keys can be changed without a restart; while it cannot be read, every
   * snapshot is refused. While the disk does not answer, the keys that were read last count.
   */
  public static PinnedKeys in(Path file) {
    return new PinnedKeys(new SteadyFile(file, MAX_FILE_BYTES), "");
  }

  /**
   * Checks a document.
   *
   * @param signature as the server sent it; null if it sent none
   * @throws UntrustedException saying why the document is not to be trusted
   */
  public void check(byte[] document, @Nullable String signature) throws UntrustedException {
    if (signature == null) {
      throw new UntrustedException("it is not signed");
    }
    SnapshotSignature parsed = SnapshotSignature.parse(signature);
    if (parsed == null) {
      throw new UntrustedException("its signature is not understood");
    }
    Map<String, PublicKey> keys = keys();
    PublicKey key = keys.get(parsed.keyId());
    if (key == null) {
      throw new UntrustedException(
          "it is signed with the key " + parsed.keyId() + ", pinned are " + keys.keySet());
    }
    if (!verifies(document, parsed, key)) {
      throw new UntrustedException("its signature by the key " + parsed.keyId() + " is wrong");
    }
  }

  private static boolean verifies(byte[] document, SnapshotSignature signature, PublicKey key)
      throws UntrustedException {
    try {
      return Ed25519.verify(document, signature.bytes(), key);
    } catch (GeneralSecurityException e) {
      throw new UntrustedException("its signature cannot be checked: " + e.getMessage(), e);
    }
  }

  private Map<String, PublicKey> keys() throws UntrustedException {
    Map<String, PublicKey> keys = new LinkedHashMap<>();
    String text = file == null ? given : read(file).replaceAll("#.*", "");
    List<String> words = List.of(text.strip().split("[\\s,;]+"));
    for (int i = 0; i < words.size(); i++) {
      try {
        PublicKey key = Ed25519.publicKey(words.get(i));
        keys.put(Ed25519.id(key), key);
      } catch (GeneralSecurityException e) {
        // Not quoted: it may be a secret, if somebody named the wrong file.
        throw unusable("number " + (i + 1) + " is no Ed25519 public key", e);
      }
    }
    return keys;
  }

  private static String read(SteadyFile file) throws UntrustedException {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(file.read())).toString();
    } catch (NoSuchFileException e) {
      throw unusable(file.path() + " does not exist", e);
    } catch (CharacterCodingException e) {
      throw unusable(file.path() + " is no text", e);
    } catch (IOException e) {
      throw unusable(String.valueOf(e.getMessage()), e);
    }
  }

  private static UntrustedException unusable(String why, @Nullable Exception cause) {
    String text =
        "the pinned public keys cannot be used: "
            + why
            + "; each must be the Base64 of the X.509 form of an Ed25519 key";
    return cause == null ? new UntrustedException(text) : new UntrustedException(text, cause);
  }
}
