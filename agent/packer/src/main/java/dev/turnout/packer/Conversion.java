package dev.turnout.packer;

import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Conversions of a value between a lambda's types and those of the method that it leads to. */
final class Conversion {
  private static final String OBJECT = "java/lang/Object";

  private Conversion() {}

  /** Narrows a reference to what is known of it. */
  static void cast(MethodVisitor code, Type from, Type to) {
    if (!from.equals(to) && !isPrimitive(to) && !to.getInternalName().equals(OBJECT)) {
      code.visitTypeInsn(Opcodes.CHECKCAST, to.getInternalName());
    }
  }

  /** Boxes, unboxes, widens or narrows. */
  static void convert(MethodVisitor code, Type from, Type to) {
    if (from.equals(to)) {
      return;
    }
    if (isPrimitive(from) && isPrimitive(to)) {
      widen(code, from, to);
    } else if (isPrimitive(from)) {
      String box = box(from);
      code.visitMethodInsn(
          Opcodes.INVOKESTATIC,
          box,
          "valueOf",
          Type.getMethodDescriptor(Type.getObjectType(box), from),
          false);
    } else if (isPrimitive(to)) {
      Type held = unboxed(from, to);
      String box = box(held);
      if (!from.getInternalName().equals(box)) {
        code.visitTypeInsn(Opcodes.CHECKCAST, box);
      }
      code.visitMethodInsn(
          Opcodes.INVOKEVIRTUAL,
          box,
          held.getClassName() + "Value",
          Type.getMethodDescriptor(held),
          false);
      widen(code, held, to);
    } else {
      cast(code, from, to);
    }
  }

  private static void widen(MethodVisitor code, Type from, Type to) {
    boolean small = from.getSort() <= Type.INT;
    int opcode =
        switch (to.getSort()) {
          case Type.LONG -> small ? Opcodes.I2L : Opcodes.NOP;
          case Type.FLOAT ->
              small ? Opcodes.I2F : from.getSort() == Type.LONG ? Opcodes.L2F : Opcodes.NOP;
          case Type.DOUBLE ->
              small
                  ? Opcodes.I2D
                  : from.getSort() == Type.LONG
                      ? Opcodes.L2D
                      : from.getSort() == Type.FLOAT ? Opcodes.F2D : Opcodes.NOP;
          default -> Opcodes.NOP;
        };
    if (opcode != Opcodes.NOP) {
      code.visitInsn(opcode);
    }
  }

  private static Type unboxed(Type reference, Type otherwise) {
    for (Type primitive :
        new Type[] {
          Type.BOOLEAN_TYPE,
          Type.CHAR_TYPE,
          Type.BYTE_TYPE,
          Type.SHORT_TYPE,
          Type.INT_TYPE,
          Type.FLOAT_TYPE,
          Type.LONG_TYPE,
          Type.DOUBLE_TYPE
        }) {
      if (reference.getInternalName().equals(box(primitive))) {
        return primitive;
      }
    }
    return otherwise;
  }

  static boolean isPrimitive(Type type) {
    return type.getSort() < Type.ARRAY;
  }

  static String box(Type primitive) {
    return switch (primitive.getSort()) {
      case Type.BOOLEAN -> "java/lang/Boolean";
      case Type.CHAR -> "java/lang/Character";
      case Type.BYTE -> "java/lang/Byte";
      case Type.SHORT -> "java/lang/Short";
      case Type.INT -> "java/lang/Integer";
      case Type.FLOAT -> "java/lang/Float";
      case Type.LONG -> "java/lang/Long";
      default -> "java/lang/Double";
    };
  }
}
