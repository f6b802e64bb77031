package dev.turnout.client.signing;

import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A signature in one line of text, {@code ed25519 KEYID SIGNATURE}: as it stands in the stream's
 * event {@value #EVENT}, in the header {@value #HEADER} of the poll's answer, and in the first line
 * of a kept snapshot. Immutable.
 *
 * @param keyId which key it was made with, see {@link Ed25519#id}
 * @param base64 the 64 bytes of the signature in Base64
 */
public record SnapshotSignature(String keyId, String base64) {
  /** The event that comes right before the snapshot that it is of. */
  public static final String EVENT = "signature";

  /** The header of an answer whose body is a snapshot. */
  public static final String HEADER = "Turnout-Signature";

  private static final String ALGORITHM = "ed25519";
  private static final Pattern FORM =
      Pattern.compile(ALGORITHM + " ([0-9a-f]{16}) ([A-Za-z0-9+/]{86}==)");

  // Enough to tell one from another; it proves nothing and need not.
  private static final int TAG_LENGTH = 16;

  /** A signature of these bytes. */
  public static SnapshotSignature of(String keyId, byte[] signed) {
    return new SnapshotSignature(keyId, Base64.getEncoder().encodeToString(signed));
  }

  /** Reads a signature; null if there is none, or none that this version knows. */
  public static @Nullable SnapshotSignature parse(@Nullable String line) {
    Matcher matcher = FORM.matcher(line == null ? "" : line);
    return matcher.matches() ? new SnapshotSignature(matcher.group(1), matcher.group(2)) : null;
  }

  /** The bytes of the signature. */
  byte[] bytes() {
    return Base64.getDecoder().decode(base64);
  }

  /**
   * What a snapshot that has this signature is asked for by, {@code EPOCH:REVISION:TAG}: it is
   * another after it was signed again.
   */
  public String tag(String id) {
    return id + ":" + base64.substring(0, TAG_LENGTH);
  }

  /** The line. */
  @Override
  public String toString() {
    return ALGORITHM + " " + keyId + " " + base64;
  }
}
