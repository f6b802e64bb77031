package dev.turnout.packer;

import java.util.Set;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Writes out {@code equals} and {@code hashCode} of a record, as {@link Record} specifies them. The
 * compiler leaves both to {@code java.lang.runtime.ObjectMethods}, with the record and the other
 * object on the stack.
 */
final class RecordMethods {
  /** Places on the stack that the code needs at most, beyond those of the call it stands for. */
  static final int STACK = 4;

  private static final String OBJECT_METHODS = "java/lang/runtime/ObjectMethods";
  private static final Set<String> WRITTEN = Set.of("equals", "hashCode");

  private RecordMethods() {}

  static boolean concern(Handle bootstrap, String method) {
    return bootstrap.getOwner().equals(OBJECT_METHODS) && WRITTEN.contains(method);
  }

  /**
   * Writes the method in place of the call.
   *
   * @param arguments of the call: the record's class, its components' names, and their fields
   */
  static void write(MethodVisitor code, String method, Object[] arguments) {
    if (method.equals("equals")) {
      writeEquals(code, (Type) arguments[0], arguments);
    } else {
      writeHashCode(code, arguments);
    }
  }

  private static void writeEquals(MethodVisitor code, Type record, Object[] arguments) {
    // The two on the stack are the method's own object and parameter, which variables hold too.
    code.visitInsn(Opcodes.POP2);
    Object[] locals = {record.getInternalName(), "java/lang/Object"};
    Label differs = new Label();
    Label end = new Label();
    code.visitVarInsn(Opcodes.ALOAD, 1);
    code.visitTypeInsn(Opcodes.INSTANCEOF, record.getInternalName());
    code.visitJumpInsn(Opcodes.IFEQ, differs);
    for (int i = 2; i < arguments.length; i++) {
      Handle field = (Handle) arguments[i];
      Type type = Type.getType(field.getDesc());
      load(code, field, 0);
      load(code, field, 1);
      switch (type.getSort()) {
        case Type.LONG -> {
          code.visitInsn(Opcodes.LCMP);
          code.visitJumpInsn(Opcodes.IFNE, differs);
        }
        case Type.FLOAT, Type.DOUBLE -> {
          code.visitMethodInsn(
              Opcodes.INVOKESTATIC,
              Conversion.box(type),
              "compare",
              Type.getMethodDescriptor(Type.INT_TYPE, type, type),
              false);
          code.visitJumpInsn(Opcodes.IFNE, differs);
        }
        case Type.ARRAY, Type.OBJECT -> {
          code.visitMethodInsn(
              Opcodes.INVOKESTATIC,
              "java/util/Objects",
              "equals",
              "(Ljava/lang/Object;Ljava/lang/Object;)Z",
              false);
          code.visitJumpInsn(Opcodes.IFEQ, differs);
        }
        default -> code.visitJumpInsn(Opcodes.IF_ICMPNE, differs);
      }
    }
    code.visitInsn(Opcodes.ICONST_1);
    code.visitJumpInsn(Opcodes.GOTO, end);
    code.visitLabel(differs);
    code.visitFrame(Opcodes.F_FULL, 2, locals, 0, null);
    code.visitInsn(Opcodes.ICONST_0);
    code.visitLabel(end);
    code.visitFrame(Opcodes.F_FULL, 2, locals, 1, new Object[] {Opcodes.INTEGER});
  }

  private static void load(MethodVisitor code, Handle field, int variable) {
    code.visitVarInsn(Opcodes.ALOAD, variable);
    if (variable == 1) {
      code.visitTypeInsn(Opcodes.CHECKCAST, field.getOwner());
    }
    code.visitFieldInsn(Opcodes.GETFIELD, field.getOwner(), field.getName(), field.getDesc());
  }

  private static void writeHashCode(MethodVisitor code, Object[] arguments) {
    code.visitInsn(Opcodes.POP);
    code.visitInsn(Opcodes.ICONST_0);
    for (int i = 2; i < arguments.length; i++) {
      Handle field = (Handle) arguments[i];
      Type type = Type.getType(field.getDesc());
      code.visitIntInsn(Opcodes.BIPUSH, 31);
      code.visitInsn(Opcodes.IMUL);
      load(code, field, 0);
      boolean primitive = Conversion.isPrimitive(type);
      code.visitMethodInsn(
          Opcodes.INVOKESTATIC,
          primitive ? Conversion.box(type) : "java/util/Objects",
          "hashCode",
          primitive ? Type.getMethodDescriptor(Type.INT_TYPE, type) : "(Ljava/lang/Object;)I",
          false);
      code.visitInsn(Opcodes.IADD);
    }
  }
}
