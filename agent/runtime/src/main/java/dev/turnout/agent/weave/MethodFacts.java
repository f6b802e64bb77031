package dev.turnout.agent.weave;

import dev.turnout.bootstrap.GateLinker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.bytebuddy.jar.asm.AnnotationVisitor;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;
import org.jspecify.annotations.Nullable;

/**
 * What a class file says of one method.
 *
 * @param owner the declaring class's internal name
 * @param access its access flags
 * @param name its name
 * @param descriptor its parameters and return type, as the class file has them
 * @param flagged the values of {@code @Flagged}; null without it
 * @param fallback the values of {@code @Fallback}; null without it
 * @param keyParameter index of the parameter with {@code @FlagKey}; -1 for none
 * @param keyPath that annotation's value
 * @param locals slots of local variables, the parameters' among them; 0 if the code was not read
 * @param line the first line of its code; 0 if that is not known
 * @param origin what a compiler has to say of it
 * @param trait the internal name of the trait whose method it calls; empty unless it is mixed in
 * @param saved what the gate in its code was made of, as {@link Wire#isAsSaved} reads it: what its
 *     call site is linked with, the slot of the key, and the methods of its own class that are
 *     called from there on; empty if there is none, or if the code was not read
 */
record MethodFacts(
    String owner,
    int access,
    String name,
    String descriptor,
    @Nullable Map<String, Object> flagged,
    @Nullable Map<String, Object> fallback,
    int keyParameter,
    String keyPath,
    int locals,
    int line,
    Origin origin,
    String trait,
    List<Object> saved) {

  /** Where a method comes from. Compilers copy annotations to what they make of a method. */
  enum Origin {
    /** Somebody wrote it, as far as can be told. */
    WRITTEN,
    /** Made to call a method of the same name, which has the annotations too. */
    FORWARDER,
    /**
     * Written, with parameters that may be left out; or made to call that one (Kotlin). Where its
     * code was read, it calls such a one as what is made does.
     */
    OVERLOAD,
    /**
     * As an overload in its code; but that it was made for one, nothing in this class file says.
     */
    LIKE_AN_OVERLOAD,
    /**
     * Does nothing but call the method of its name in a trait (Scala), made for that or written.
     */
    MIXED_IN,
    /** Written, and copied to wherever Kotlin calls it. */
    INLINE,
    /** Written, with a gate in its code: of a class file that somebody saved after it got one. */
    GATED
  }

  private static final String FLAGGED = "Ldev/turnout/Flagged;";
  private static final String FALLBACK = "Ldev/turnout/Fallback;";
  private static final String LINKER = Type.getInternalName(GateLinker.class);
  private static final String FLAG_KEY = "Ldev/turnout/FlagKey;";

  boolean is(int accessFlag) {
    return (access & accessFlag) != 0;
  }

  boolean isStatic() {
    return is(Opcodes.ACC_STATIC);
  }

  /** Whether it is a method in the sense of the language: neither constructor nor initialiser. */
  boolean isMethod() {
    return name.charAt(0) != '<';
  }

  /** Whether both are the same method: what equals would compare is dear, and not needed. */
  boolean isSame(@Nullable MethodFacts other) {
    return other != null
        && owner.equals(other.owner)
        && name.equals(other.name)
        && descriptor.equals(other.descriptor);
  }

  /** Whether the annotations of both name the same gate. */
  boolean isAnnotatedAs(MethodFacts other) {
    return Objects.equals(flagged, other.flagged)
        && keyParameter == other.keyParameter
        && keyPath.equals(other.keyPath);
  }

  Type[] parameterTypes() {
    return Type.getArgumentTypes(descriptor);
  }

  /** The same, as one of those of which Kotlin makes several by leaving out parameters. */
  MethodFacts overload() {
    return new MethodFacts(
        owner,
        access,
        name,
        descriptor,
        flagged,
        fallback,
        keyParameter,
        keyPath,
        locals,
        line,
        Origin.OVERLOAD,
        trait,
        saved);
  }

  /** The parameters' types as people write them. */
  List<String> parameterNames() {
    List<String> names = new ArrayList<>();
    for (Type type : parameterTypes()) {
      names.add(type.getClassName());
    }
    return names;
  }

  Type returnType() {
    return Type.getReturnType(descriptor);
  }

  /** The method as people write it: {@code com.acme.Game#play(java.lang.String,int)}. */
  String fullName() {
    return owner.replace('/', '.') + '#' + name + '(' + String.join(",", parameterNames()) + ')';
  }

  /** Reads one method of a class file and adds it to a list. */
  static final class Reader extends OverloadReader {
    private final List<MethodFacts> into;
    private @Nullable Map<String, Object> flagged;
    private @Nullable Map<String, Object> fallback;
    private @Nullable Map<String, Object> key;
    private int keyParameter = -1;
    private int locals;
    private int line;
    private boolean jvmStatic;
    private boolean callsNamesake;
    private String trait = "";
    private int calls;
    private boolean doesMore;
    private final List<Object> saved = new ArrayList<>();
    private boolean choosesKey;
    private @Nullable String companion;
    private Origin origin = Origin.WRITTEN;

    // Before the first line of the code or where that begins, and behind the last return.
    private final List<Label> ahead = new ArrayList<>();
    private final List<Label> behind = new ArrayList<>();

    Reader(String owner, int access, String name, String descriptor, List<MethodFacts> into) {
      super(owner, access, name, descriptor);
      this.into = into;
    }

    @Override
    public @Nullable AnnotationVisitor visitAnnotation(String type, boolean visible) {
      if (type.equals(FLAGGED)) {
        AnnotationValues values = new AnnotationValues();
        flagged = values.asMap();
        return values;
      }
      if (type.equals(FALLBACK)) {
        AnnotationValues values = new AnnotationValues();
        fallback = values.asMap();
        return values;
      }
      if (type.equals("Lgroovy/transform/Generated;")) {
        origin = Origin.FORWARDER;
      } else if (type.equals("Lkotlin/jvm/JvmOverloads;")) {
        origin = Origin.OVERLOAD;
      } else if (type.equals("Lkotlin/jvm/JvmStatic;")) {
        jvmStatic = true;
      }
      return null;
    }

    // Kotlin's static methods call those of the companion object, and its DefaultImpls those of the
    // interface that they belong to. Scala's classes call what they have of a trait by a static
    // method of that, and its static methods those of the object; they do nothing else there.
    @Override
    public void visitMethodInsn(
        int opcode, String target, String called, String type, boolean isInterface) {
      super.visitMethodInsn(opcode, target, called, type, isInterface);
      calls++;
      if (!saved.isEmpty() && target.equals(owner)) {
        saved.add(called + type);
      }
      if (opcode == Opcodes.INVOKESTATIC
          && isInterface
          && !target.equals(owner)
          && called.equals(name + "$")
          && type.equals("(L" + target + ";" + descriptor.substring(1))) {
        trait = target;
      }
      callsNamesake |=
          called.equals(name)
                  && type.equals(descriptor)
                  && target.startsWith(owner + "$")
                  && (owner.endsWith("$DefaultImpls") || target.equals(companion))
              || owner.endsWith("$DefaultImpls") && called.equals("access$" + name + "$jd");
    }

    // A class has its companion in a field of the companion's name, and an interface finds it where
    // it is made. Other objects that are declared in a class are in neither. Scala's object of the
    // class's name is in a class that has a dollar behind that.
    @Override
    public void visitFieldInsn(int opcode, String of, String field, String type) {
      boolean own = of.equals(owner) && type.equals("L" + owner + "$" + field + ";");
      boolean object = of.equals(owner + "$") && field.equals("MODULE$");
      super.visitFieldInsn(opcode, of, field, type);
      doesMore |= !object;
      if (opcode == Opcodes.GETSTATIC && (own || object || field.equals("$$INSTANCE"))) {
        companion = own ? type.substring(1, type.length() - 1) : of;
      }
    }

    @Override
    public void visitInsn(int opcode) {
      boolean returns = opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN;
      doesMore |= !returns;
      super.visitInsn(opcode);
      if (returns) {
        behind.clear();
      }
    }

    @Override
    public void visitLabel(Label label) {
      behind.add(label);
      if (line == 0) {
        ahead.add(label);
      }
    }

    @Override
    public void visitJumpInsn(int opcode, Label label) {
      super.visitJumpInsn(opcode, label);
      doesMore = true;
    }

    @Override
    public void visitLdcInsn(Object value) {
      super.visitLdcInsn(value);
      doesMore = true;
    }

    @Override
    public void visitInvokeDynamicInsn(
        String called, String type, Handle bootstrap, Object... arguments) {
      super.visitInvokeDynamicInsn(called, type, bootstrap, arguments);
      doesMore = true;
      if (bootstrap.getOwner().equals(LINKER)) {
        saved.addAll(List.of(arguments));
        choosesKey = true;
      }
    }

    // First behind a gate's call site its key is loaded; without one, its path is stored.
    @Override
    public void visitVarInsn(int opcode, int slot) {
      super.visitVarInsn(opcode, slot);
      if (choosesKey) {
        saved.add(opcode < Opcodes.ISTORE ? slot : Wire.NO_KEY);
        choosesKey = false;
      }
    }

    @Override
    public void visitLocalVariable(
        String variable,
        String type,
        @Nullable String signature,
        Label start,
        Label end,
        int index) {
      if (variable.equals("$i$f$" + name) && behind.contains(end) && isAtTheHead(start, index)) {
        origin = Origin.INLINE;
      }
    }

    // Kotlin's compiler marks by a variable of its name where an inline function begins: in that
    // function, whose returns are all within, and in whatever it was copied to, be that of the same
    // name. That one returns behind the copy, unless the copy never ends or is given a lambda that
    // returns; but then the call has a line, and its object a variable, both before the copy. An
    // inline function may have a line at its head too, for a finally, and another agent's variable
    // behind its parameters: so one of these two signs will do.
    private boolean isAtTheHead(Label start, int index) {
      int parameters = Type.getArgumentsAndReturnSizes(descriptor) >> 2;
      return ahead.contains(start)
          || index == ((access & Opcodes.ACC_STATIC) == 0 ? parameters : parameters - 1);
    }

    @Override
    public @Nullable AnnotationVisitor visitParameterAnnotation(
        int parameter, String type, boolean visible) {
      if (!type.equals(FLAG_KEY)) {
        return null;
      }
      AnnotationValues values = new AnnotationValues();
      key = values.asMap();
      keyParameter = parameter;
      return values;
    }

    @Override
    public void visitLineNumber(int number, Label start) {
      line = line == 0 ? number : line;
    }

    @Override
    public void visitMaxs(int maxStack, int maxLocals) {
      locals = maxLocals;
    }

    @Override
    public void visitEnd() {
      boolean compatible = owner.endsWith("$DefaultImpls");
      boolean onlyCalls = calls == 1 && !doesMore;
      boolean isStatic = (access & Opcodes.ACC_STATIC) != 0;
      if (callsNamesake && (compatible || (isStatic && (jvmStatic || onlyCalls)))) {
        origin = Origin.FORWARDER;
      }
      boolean mixedIn = !trait.isEmpty() && onlyCalls;
      if (mixedIn) {
        origin = Origin.MIXED_IN;
      }
      // What asks for overloads and is one may have been changed by another agent since.
      if (origin == Origin.OVERLOAD && callsCompanions()) {
        origin = Origin.FORWARDER;
      } else if (origin == Origin.OVERLOAD && hasCode() && !callsDefaults()) {
        origin = Origin.WRITTEN;
      } else if (origin == Origin.WRITTEN && callsAsAnOverload()) {
        origin = Origin.LIKE_AN_OVERLOAD;
      }
      if (!saved.isEmpty()) {
        origin = Origin.GATED;
      }
      String keyPath = key == null ? "" : AnnotationValues.text(key, "value");
      into.add(
          new MethodFacts(
              owner,
              access,
              name,
              descriptor,
              flagged,
              fallback,
              keyParameter,
              keyPath,
              locals,
              line,
              origin,
              mixedIn ? trait : "",
              List.copyOf(saved)));
    }
  }
}
