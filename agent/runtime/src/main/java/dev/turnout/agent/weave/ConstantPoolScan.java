package dev.turnout.agent.weave;

/**
 * Looks for a name in a class file's constant pool, in a few microseconds and without a parser, so
 * that the thousands of classes without a flagged method never reach one.
 */
final class ConstantPoolScan {
  private static final int UTF8 = 1;
  private static final int POOL_START = 10;

  private ConstantPoolScan() {}

  /**
   * Returns whether the pool holds {@code wanted} as a UTF-8 constant.
   *
   * @param classFile the class file; anything that is none gives false
   * @param wanted ASCII bytes
   */
  static boolean contains(byte[] classFile, byte[] wanted) {
    if (classFile.length < POOL_START) {
      return false;
    }
    int count = unsignedShort(classFile, 8);
    int at = POOL_START;
    for (int index = 1; index < count && at + 3 < classFile.length; index++) {
      int tag = classFile[at];
      switch (tag) {
        case UTF8 -> {
          int length = unsignedShort(classFile, at + 1);
          if (length == wanted.length && matches(classFile, at + 3, wanted)) {
            return true;
          }
          at += 3 + length;
        }
        case 3, 4, 9, 10, 11, 12, 17, 18 -> at += 5;
        case 5, 6 -> {
          at += 9;
          index++;
        }
        case 7, 8, 16, 19, 20 -> at += 3;
        case 15 -> at += 4;
        default -> {
          return false;
        }
      }
    }
    return false;
  }

  private static boolean matches(byte[] classFile, int at, byte[] wanted) {
    if (at + wanted.length > classFile.length) {
      return false;
    }
    for (int i = 0; i < wanted.length; i++) {
      if (classFile[at + i] != wanted[i]) {
        return false;
      }
    }
    return true;
  }

  private static int unsignedShort(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
  }
}
