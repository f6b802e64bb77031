package dev.turnout.agent.weave;

import java.util.HashMap;
import java.util.Map;
import net.bytebuddy.jar.asm.ClassReader;

/**
 * How much code each method of a class file has. The library reads code and does not tell of its
 * size, so this goes by the format (JVMS, 4.1).
 */
final class CodeSizes {
  // Behind these bytes of a class, a field or method, an attribute, and of code in particular.
  private static final int TO_INTERFACES = 6;
  private static final int TO_ATTRIBUTES = 6;
  private static final int TO_CONTENT = 6;
  private static final int TO_CODE_SIZE = TO_CONTENT + 4;

  private final ClassReader reader;
  private final char[] name;
  private final Map<String, Integer> sizes = new HashMap<>();
  private int at;

  private CodeSizes(ClassReader reader) {
    this.reader = reader;
    name = new char[reader.getMaxStringLength()];
  }

  /** Returns the bytes of code of each method that has any, by its name and descriptor. */
  static Map<String, Integer> of(ClassReader reader) {
    CodeSizes read = new CodeSizes(reader);
    read.at = reader.header + TO_INTERFACES;
    read.at += 2 + 2 * reader.readUnsignedShort(read.at);
    read.members();
    read.members();
    return read.sizes;
  }

  // The fields, then the methods.
  private void members() {
    int left = reader.readUnsignedShort(at);
    at += 2;
    for (; left > 0; left--) {
      member();
    }
  }

  private void member() {
    int start = at;
    int left = reader.readUnsignedShort(at + TO_ATTRIBUTES);
    at += TO_ATTRIBUTES + 2;
    for (; left > 0; left--) {
      if (text(at).equals("Code")) {
        sizes.put(text(start + 2) + text(start + 4), reader.readInt(at + TO_CODE_SIZE));
      }
      at += TO_CONTENT + reader.readInt(at + 2);
    }
  }

  private String text(int offset) {
    return reader.readUTF8(offset, name);
  }
}
