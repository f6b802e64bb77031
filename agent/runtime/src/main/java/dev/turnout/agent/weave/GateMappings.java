package dev.turnout.agent.weave;

import dev.turnout.bootstrap.GateLinker;
import dev.turnout.bootstrap.GatePath;
import dev.turnout.bootstrap.GateSite;
import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.implementation.Implementation;
import net.bytebuddy.implementation.bytecode.StackManipulation;
import net.bytebuddy.implementation.bytecode.StackSize;
import net.bytebuddy.implementation.bytecode.assign.Assigner;
import net.bytebuddy.implementation.bytecode.constant.IntegerConstant;
import net.bytebuddy.implementation.bytecode.constant.NullConstant;
import net.bytebuddy.implementation.bytecode.member.MethodInvocation;
import net.bytebuddy.implementation.bytecode.member.MethodVariableAccess;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;

/** Turns the two marked parameters of the advice into the bytecode that they stand for. */
final class GateMappings {
  private static final Handle LINK =
      new Handle(
          Opcodes.H_INVOKESTATIC,
          Type.getInternalName(GateLinker.class),
          "link",
          "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/invoke/MethodType;"
              + "Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;"
              + "ILjava/lang/String;)Ljava/lang/invoke/CallSite;",
          false);

  private GateMappings() {}

  /** {@code site.choose(key)}, where the site is a constant linked once. */
  static Advice.OffsetMapping chosenPath(Wire wire) {
    return (type, method, assigner, arguments, sort) ->
        new Advice.OffsetMapping.Target.ForStackManipulation(
            new StackManipulation.Compound(
                new LinkedSite(wire),
                wire.keyParameter() < 0
                    ? NullConstant.INSTANCE
                    : boxedArgument(method, wire.keyParameter(), assigner, arguments),
                new Choose()));
  }

  private static StackManipulation boxedArgument(
      MethodDescription method, int index, Assigner assigner, Advice.ArgumentHandler arguments) {
    var parameter = method.getParameters().get(index);
    return new StackManipulation.Compound(
        MethodVariableAccess.of(parameter.getType())
            .loadFrom(arguments.argument(parameter.getOffset())),
        assigner.assign(
            parameter.getType(),
            TypeDescription.Generic.OfNonGenericType.ForLoadedType.of(Object.class),
            Assigner.Typing.STATIC));
  }

  /** The fallback's call, its result stored as the method's result, then {@code true}. */
  static Advice.OffsetMapping fallbackCall(Wire wire, MethodDescription fallback) {
    return (type, method, assigner, arguments, sort) -> {
      List<StackManipulation> code = new ArrayList<>();
      if (!method.isStatic()) {
        code.add(MethodVariableAccess.REFERENCE.loadFrom(arguments.argument(0)));
      }
      for (var parameter : method.getParameters()) {
        code.add(
            MethodVariableAccess.of(parameter.getType())
                .loadFrom(arguments.argument(parameter.getOffset())));
      }
      if (Wiring.takesFailure(method, fallback)) {
        code.add(MethodVariableAccess.REFERENCE.loadFrom(arguments.thrown()));
      }
      code.add(invoke(type, fallback));
      if (!method.getReturnType().represents(void.class)) {
        code.add(MethodVariableAccess.of(method.getReturnType()).storeAt(arguments.returned()));
      }
      code.add(IntegerConstant.ONE);
      return new Advice.OffsetMapping.Target.ForStackManipulation(
          new StackManipulation.Compound(code));
    };
  }

  private static StackManipulation invoke(TypeDescription type, MethodDescription fallback) {
    if (fallback.isStatic()) {
      return new StaticCall(type, fallback);
    }
    var invocation = MethodInvocation.invoke(fallback.asDefined());
    return fallback.isPrivate() ? invocation : invocation.virtual(type);
  }

  /**
   * A static method, called by the name of the class with the gate as a compiler would: the
   * superclass that declares it may be out of that class's sight.
   */
  private static final class StaticCall extends StackManipulation.AbstractBase {
    private final TypeDescription type;
    private final MethodDescription method;

    StaticCall(TypeDescription type, MethodDescription method) {
      this.type = type;
      this.method = method;
    }

    @Override
    public Size apply(MethodVisitor visitor, Implementation.Context context) {
      visitor.visitMethodInsn(
          Opcodes.INVOKESTATIC,
          type.getInternalName(),
          method.getInternalName(),
          method.getDescriptor(),
          type.isInterface());
      int taken = method.getParameters().asTypeList().getStackSize();
      int given = method.getReturnType().getStackSize().getSize();
      return new Size(given - taken, Math.max(given - taken, 0));
    }
  }

  private static final class LinkedSite extends StackManipulation.AbstractBase {
    private final Wire wire;

    LinkedSite(Wire wire) {
      this.wire = wire;
    }

    @Override
    public Size apply(MethodVisitor visitor, Implementation.Context context) {
      visitor.visitInvokeDynamicInsn(
          "gate",
          "()" + Type.getDescriptor(GateSite.class),
          LINK,
          wire.flag(),
          wire.methodName(),
          wire.keyPath(),
          wire.keyAttribute(),
          wire.mode(),
          wire.ignored());
      return StackSize.SINGLE.toIncreasingSize();
    }
  }

  private static final class Choose extends StackManipulation.AbstractBase {
    @Override
    public Size apply(MethodVisitor visitor, Implementation.Context context) {
      visitor.visitMethodInsn(
          Opcodes.INVOKEVIRTUAL,
          Type.getInternalName(GateSite.class),
          "choose",
          "(Ljava/lang/Object;)" + Type.getDescriptor(GatePath.class),
          false);
      return StackSize.SINGLE.toDecreasingSize();
    }
  }
}
