package dev.turnout.agent.weave;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.bytebuddy.jar.asm.AnnotationVisitor;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/**
 * What a class file says of its class, as far as gates need it. Nothing is loaded for it.
 *
 * @param name the class's internal name, slashes between
 * @param superName its superclass's; null for {@code Object}
 * @param interfaces its interfaces'
 * @param access its access flags
 * @param version the class file's major version
 * @param hasSource whether it names the file that it was compiled from
 * @param trait whether Groovy made the interface of a trait, whose methods stand elsewhere
 * @param methods its methods, in the file's order
 */
record ClassFacts(
    String name,
    @Nullable String superName,
    List<String> interfaces,
    int access,
    int version,
    boolean hasSource,
    boolean trait,
    List<MethodFacts> methods) {

  private static final int MAJOR = 0xffff;

  private static final String JDK_PROXY = "$Proxy";

  // Of no class that somebody wrote: compilers have dollars in names too, but not these words.
  private static final List<String> GENERATORS =
      List.of(
          "$$SpringCGLIB$$",
          "$$EnhancerBy",
          "$$FastClass",
          "ByCGLIB$$",
          "$HibernateProxy$",
          "$MockitoMock$",
          "$ByteBuddy$",
          "$$EasyMock$",
          "$$Owb",
          // Javassist's and Weld's.
          "_$$_");

  /** The class's name as people write it. */
  String dottedName() {
    return name.replace('/', '.');
  }

  boolean isInterface() {
    return (access & Opcodes.ACC_INTERFACE) != 0;
  }

  /**
   * Whether a framework made the class, as it does proxies and mocks. What may have been compiled
   * without its source's name and lines is taken for that by its name only.
   */
  boolean isGenerated() {
    return isMadeUp() || (!hasSource && !hasLines() && !generator(dottedName()).isEmpty());
  }

  /**
   * Whether it says of itself that nobody wrote it, and has no line of anybody's: Groovy marks as
   * synthetic also the class that has the methods of a trait.
   */
  boolean isMadeUp() {
    return (access & Opcodes.ACC_SYNTHETIC) != 0 && !hasLines();
  }

  private boolean hasLines() {
    for (MethodFacts method : methods) {
      if (method.line() > 0) {
        return true;
      }
    }
    return false;
  }

  private static boolean isProxyOfTheJdk(String className) {
    int at = className.lastIndexOf('.') + 1;
    if (!className.startsWith(JDK_PROXY, at) || className.length() == at + JDK_PROXY.length()) {
      return false;
    }
    for (int i = at + JDK_PROXY.length(); i < className.length(); i++) {
      if (className.charAt(i) < '0' || className.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  /** Returns the part of a class's name that says which framework made it; empty if none does. */
  static String generator(String className) {
    for (String generator : GENERATORS) {
      if (className.contains(generator)) {
        return generator;
      }
    }
    return isProxyOfTheJdk(className) ? JDK_PROXY : "";
  }

  /**
   * Whether a method carries annotations that are another's: a bridge those of the method that it
   * leads to, and so what Kotlin, Groovy and Scala make to be called with fewer parameters or
   * without an object. A call through such a method is decided where it leads to.
   */
  boolean isForwarder(MethodFacts method) {
    return method.is(Opcodes.ACC_BRIDGE)
        || method.origin() == MethodFacts.Origin.FORWARDER
        || method.origin() == MethodFacts.Origin.MIXED_IN
        || (method.origin() == MethodFacts.Origin.OVERLOAD
            && !hasDefaults(method)
            && isBesideOneWithDefaults(method))
        || (trait && method.is(Opcodes.ACC_ABSTRACT));
  }

  // Kotlin takes the annotation that asks for overloads also where there is nothing to leave out,
  // as where the default stands in the class above: there, no other method has the gate.
  private boolean isBesideOneWithDefaults(MethodFacts method) {
    for (MethodFacts other : methods) {
      if (other.name().equals(method.name())
          && other.parameterTypes().length > method.parameterTypes().length
          && Objects.equals(other.flagged(), method.flagged())
          && Objects.equals(other.fallback(), method.fallback())
          && hasDefaults(other)) {
        return true;
      }
    }
    return false;
  }

  // To the method itself leads a static one that takes all of its parameters, which of them were
  // left out, 32 to a number, and an object that is never there. What a function extends is a
  // parameter that cannot be left out, and takes no place in these numbers.
  private boolean hasDefaults(MethodFacts method) {
    int end = method.descriptor().lastIndexOf(')');
    int most = (method.parameterTypes().length + 31) / 32;
    String leading =
        "(" + (method.isStatic() ? "" : "L" + name + ";") + method.descriptor().substring(1, end);
    String last = "Ljava/lang/Object;" + method.descriptor().substring(end);
    for (MethodFacts other : methods) {
      if (other.name().equals(method.name() + "$default")) {
        for (int masks = 1; masks <= most; masks++) {
          if (other.descriptor().equals(leading + "I".repeat(masks) + last)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /**
   * Reads a class file.
   *
   * @param withCode whether the methods' sizes and lines are wanted
   * @throws IllegalArgumentException if its version is newer than is known here
   */
  static ClassFacts read(ClassReader reader, boolean withCode) {
    Collector collector = new Collector();
    reader.accept(collector, withCode ? ClassReader.SKIP_FRAMES : ClassReader.SKIP_CODE);
    return new ClassFacts(
        reader.getClassName(),
        reader.getSuperName(),
        List.of(reader.getInterfaces()),
        reader.getAccess(),
        collector.version,
        collector.hasSource,
        collector.trait,
        List.copyOf(collector.methods));
  }

  /** Whether it has what Kotlin makes of methods whose parameters may be left out. */
  boolean hasDefaults() {
    for (MethodFacts method : methods) {
      if (method.name().endsWith("$default")) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns this class with what another reading of it tells of overloads. When a class is changed
   * that was loaded before, the JVM leaves out the annotation that says so.
   */
  ClassFacts withOverloadsOf(ClassFacts written) {
    List<MethodFacts> told = new ArrayList<>();
    for (MethodFacts method : methods) {
      boolean overload = false;
      if (method.origin() == MethodFacts.Origin.LIKE_AN_OVERLOAD) {
        for (MethodFacts other : written.methods) {
          overload |= other.isSame(method) && other.origin() == MethodFacts.Origin.OVERLOAD;
        }
      }
      told.add(overload ? method.overload() : method);
    }
    return with(told);
  }

  /**
   * Returns this class with what its earlier gates tell of overloads, where its file is not to be
   * had any more: beside a gated method that may be called with fewer parameters, those of its name
   * had none.
   */
  ClassFacts withOverloadsBeside(List<Woven.Gate> gates) {
    List<MethodFacts> told = new ArrayList<>();
    for (MethodFacts method : methods) {
      boolean beside = false;
      boolean written =
          method.origin() != MethodFacts.Origin.LIKE_AN_OVERLOAD || method.fallback() != null;
      for (Woven.Gate gate : gates) {
        beside |= gate.method().startsWith(dottedName() + '#' + method.name() + '(');
        written |= gate.method().equals(method.fullName());
      }
      told.add(beside && !written ? method.overload() : method);
    }
    return with(told);
  }

  private ClassFacts with(List<MethodFacts> told) {
    return new ClassFacts(
        name, superName, interfaces, access, version, hasSource, trait, List.copyOf(told));
  }

  private static final class Collector extends ClassVisitor {
    private final List<MethodFacts> methods = new ArrayList<>();
    private int version;
    private boolean hasSource;
    private boolean trait;
    private String name = "";

    Collector() {
      super(Opcodes.ASM9);
    }

    @Override
    public void visit(
        int classVersion,
        int access,
        String className,
        @Nullable String signature,
        @Nullable String superName,
        String @Nullable [] interfaces) {
      version = classVersion & MAJOR;
      name = className;
    }

    @Override
    public void visitSource(@Nullable String source, @Nullable String debug) {
      hasSource = source != null;
    }

    @Override
    public @Nullable AnnotationVisitor visitAnnotation(String type, boolean visible) {
      trait |= type.equals("Lgroovy/transform/Trait;");
      return null;
    }

    @Override
    public MethodVisitor visitMethod(
        int access,
        String methodName,
        String descriptor,
        @Nullable String signature,
        String @Nullable [] exceptions) {
      return new MethodFacts.Reader(name, access, methodName, descriptor, methods);
    }
  }
}
