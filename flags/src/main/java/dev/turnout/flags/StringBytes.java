package dev.turnout.flags;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bytes that the JDK keeps a string in, several at once and without copying them. Only
 * where the JDK's own package is open to this one, as it is to an agent, and keeps strings in the
 * way that is known here: a byte for each character if all of them are of Latin-1, else two.
 */
final class StringBytes {
  private static final VarHandle CHARACTER =
      MethodHandles.byteArrayViewVarHandle(char[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final byte LATIN = 0;
  private static final byte WIDE = 1;

  // The compiler takes static finals for constants, and an object's fields it does not.
  private static final @Nullable VarHandle VALUE = field("value", byte[].class);
  private static final @Nullable VarHandle CODER = field("coder", byte.class);
  private static final boolean KNOWN = areAsExpected();
  private static final boolean WIDE_KNOWN = KNOWN && wideAreAsExpected();

  private StringBytes() {}

  private static @Nullable VarHandle field(String name, Class<?> type) {
    try {
      return MethodHandles.privateLookupIn(String.class, MethodHandles.lookup())
          .findVarHandle(String.class, name, type);
    } catch (ReflectiveOperationException | RuntimeException e) {
      // Closed, or another kind of JDK: then a string is read by its characters.
      return null;
    }
  }

  // Reads in every way there is, and so links them all: the first key may be hashed where the stack
  // has no room left for that.
  private static boolean areAsExpected() {
    byte[] latin = bytes("abc\u00fc4567", LATIN);
    return latin != null
        && latin.length == 8
        && eight(latin, 0) == 0x37363534fc636261L
        && four(latin, 4) == 0x37363534
        && bytes("a\u4e2d1", LATIN) == null;
  }

  // The first byte of each two is the lower where the machine's is. Hashes them too, so that the
  // class which does that is there: the first key comes on an application's thread.
  private static boolean wideAreAsExpected() {
    for (String text :
        new String[] {
          "\u4e2d\u4e2d\u4e2d\u4e2d\u043f", "\u043f\u043f\u043f\u043f\u4e2da\ud83d\ude00"
        }) {
      byte[] wide = bytes(text, WIDE);
      if (wide == null || WideMurmur3.of(wide, 1) != Murmur3.ofCharacters(text, 1)) {
        return false;
      }
    }
    byte[] wide = bytes("a\u4e2d1x", WIDE);
    return wide != null
        && wide.length == 8
        && eight(wide, 0) == 0x007800314e2d0061L
        && character(wide, 2) == '\u4e2d';
  }

  private static byte @Nullable [] bytes(String text, byte wanted) {
    VarHandle value = VALUE;
    VarHandle coder = CODER;
    return value == null || coder == null || (byte) coder.get(text) != wanted
        ? null
        : (byte[]) value.get(text);
  }

  /** Whether the bytes of every string can be read. */
  static boolean areKnown() {
    return WIDE_KNOWN;
  }

  /**
   * Returns the characters, each a byte, to be read only; null if some are not of Latin-1, or the
   * bytes cannot be read.
   */
  static byte @Nullable [] latin(String text) {
    return KNOWN ? bytes(text, LATIN) : null;
  }

  /**
   * Returns the characters, each two bytes, the lower one first, to be read only; null if all are
   * of Latin-1, or the bytes cannot be read.
   */
  static byte @Nullable [] wide(String text) {
    return WIDE_KNOWN ? bytes(text, WIDE) : null;
  }

  /** Returns a character of which each is two bytes. */
  static char character(byte[] bytes, int index) {
    return (char) CHARACTER.get(bytes, index);
  }

  /** Returns four bytes, the first lowest. */
  static int four(byte[] bytes, int index) {
    return (int) INT.get(bytes, index);
  }

  /** Returns eight bytes, the first lowest. */
  static long eight(byte[] bytes, int index) {
    return (long) LONG.get(bytes, index);
  }
}
