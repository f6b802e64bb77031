package dev.turnout.server.signing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.turnout.client.signing.Ed25519;
import dev.turnout.client.signing.SnapshotSignature;
import dev.turnout.server.auth.TokenFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An Ed25519 key pair in a file: its private part as PKCS#8 and its public part as X.509, both in
 * PEM, for the owner's eyes only. Safe for use by several threads.
 */
public final class SigningKey {
  private static final String PRIVATE = "PRIVATE KEY";
  private static final String PUBLIC = "PUBLIC KEY";
  private static final byte[] PROBE = "turnout".getBytes(US_ASCII);

  private final PrivateKey privateKey;
  private final String id;
  private final String publicKey;

  private SigningKey(PrivateKey privateKey, PublicKey publicKey) throws GeneralSecurityException {
    this.privateKey = privateKey;
    id = Ed25519.id(publicKey);
    this.publicKey = Ed25519.base64(publicKey);
  }

  /** Reads the key, after making one if there is no such file. */
  public static SigningKey in(Path file) throws IOException {
    return Files.exists(file) ? read(file) : create(file);
  }

  /**
   * Makes a key.
   *
   * @throws IOException if there is such a file, or it cannot be written
   */
  public static SigningKey create(Path file) throws IOException {
    if (Files.exists(file)) {
      throw new IOException(file + " is there already, and stays as it is");
    }
    try {
      KeyPair pair = KeyPairGenerator.getInstance(Ed25519.NAME).generateKeyPair();
      TokenFile.write(
          file,
          pem(PRIVATE, pair.getPrivate().getEncoded())
              + "\n"
              + pem(PUBLIC, pair.getPublic().getEncoded()));
      return new SigningKey(pair.getPrivate(), pair.getPublic());
    } catch (GeneralSecurityException e) {
      throw new IOException("a signing key cannot be made: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a key.
   *
   * @throws IOException saying in one line why there is none, without a word of what is in it
   */
  public static SigningKey read(Path file) throws IOException {
    String text;
    try {
      text = Files.readString(file, US_ASCII);
    } catch (NoSuchFileException e) {
      throw new IOException("the signing key " + file + " does not exist", e);
    } catch (IOException e) {
      throw unusable(file, e);
    }
    try {
      PrivateKey privateKey =
          Ed25519.keys().generatePrivate(new PKCS8EncodedKeySpec(block(text, PRIVATE)));
      PublicKey publicKey =
          Ed25519.publicKey(Base64.getEncoder().encodeToString(block(text, PUBLIC)));
      if (!Ed25519.verify(PROBE, Ed25519.sign(PROBE, privateKey), publicKey)) {
        throw new GeneralSecurityException("the two are no pair");
      }
      return new SigningKey(privateKey, publicKey);
    } catch (GeneralSecurityException e) {
      throw unusable(file, e);
    }
  }

  private static IOException unusable(Path file, Exception cause) {
    return new IOException(
        "the signing key "
            + file
            + " cannot be used: it must hold an Ed25519 key in PEM, its \"PRIVATE KEY\" (PKCS#8)"
            + " and the \"PUBLIC KEY\" to it, as 'turnout key create' writes them",
        cause);
  }

  private static String pem(String what, byte[] encoded) {
    return "-----BEGIN "
        + what
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded)
        + "\n-----END "
        + what
        + "-----";
  }

  private static byte[] block(String pem, String what) throws GeneralSecurityException {
    Matcher block =
        Pattern.compile(
                "-----BEGIN " + what + "-----([A-Za-z0-9+/=\\s]+)-----END " + what + "-----")
            .matcher(pem);
    if (!block.find()) {
      throw new GeneralSecurityException("there is no " + what);
    }
    try {
      return Base64.getMimeDecoder().decode(block.group(1));
    } catch (IllegalArgumentException e) {
      throw new GeneralSecurityException("the " + what + " is no Base64", e);
    }
  }

  /** What the key is called: 16 hexadecimal digits. */
  public String id() {
    return id;
  }

  /** What agents pin: the public part in X.509 form, in Base64. */
  public String publicKey() {
    return publicKey;
  }

  SnapshotSignature sign(byte[] document) {
    try {
      return SnapshotSignature.of(id, Ed25519.sign(document, privateKey));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the signing key " + id + " cannot sign", e);
    }
  }
}
