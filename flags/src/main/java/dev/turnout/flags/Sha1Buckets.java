package dev.turnout.flags;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * LaunchDarkly's: the first 60 bits of the SHA-1 of {@code key.salt.caller}, as a share of all that
 * 60 bits can be, as a float.
 *
 * <p>The JDK's providers are looked up with the first key, and not when a flag is compiled: that
 * happens before an application's {@code main} too, where none of them may be woken.
 */
final class Sha1Buckets implements KeyBuckets {
  private static final float WHOLE = (float) 0xfffffffffffffffL;
  private static final int SPARE_BITS = 4;

  private final byte[] prefix;

  Sha1Buckets(String key, @Nullable String salt) {
    prefix = (salt == null ? key + "." : key + "." + salt + ".").getBytes(UTF_8);
  }

  @Override
  public int of(String key) {
    return RivalBucketing.largestWithout(place(key), Percentage.BUCKETS);
  }

  /** Returns the key's place, 0 to 1. */
  float place(String key) {
    MessageDigest sha1 = sha1();
    sha1.update(prefix);
    return (ByteBuffer.wrap(sha1.digest(key.getBytes(UTF_8))).getLong() >>> SPARE_BITS) / WHOLE;
  }

  private static MessageDigest sha1() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-1, which every one must have", e);
    }
  }
}
