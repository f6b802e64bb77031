package dev.turnout.agent.weave;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.bytebuddy.jar.asm.AnnotationVisitor;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.junit.jupiter.api.Test;

/** Flagged methods of Scala's traits and of Kotlin's interfaces, and what is made of them. */
class CopiesTest {
  private static final String PAY = "()V";
  private static final int TRAIT =
      Opcodes.ACC_PUBLIC | Opcodes.ACC_INTERFACE | Opcodes.ACC_ABSTRACT;

  private final Map<String, byte[]> files = new HashMap<>();

  private final ClassLoader loader =
      new ClassLoader(null) {
        @Override
        public InputStream getResourceAsStream(String name) {
          byte[] file = files.get(name);
          return file == null ? null : new ByteArrayInputStream(file);
        }
      };

  private static ClassWriter type(String name, int access) {
    ClassWriter type = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    type.visit(Opcodes.V1_8, access, name, null, "java/lang/Object", null);
    return type;
  }

  private static MethodVisitor method(
      ClassWriter type, int access, String name, String descriptor, String flag) {
    MethodVisitor method = type.visitMethod(access, name, descriptor, null, null);
    if (!flag.isEmpty()) {
      AnnotationVisitor flagged = method.visitAnnotation("Ldev/turnout/Flagged;", true);
      flagged.visit("value", flag);
      flagged.visitEnd();
    }
    return method;
  }

  private static void body(MethodVisitor method) {
    method.visitCode();
    method.visitInsn(Opcodes.RETURN);
    method.visitMaxs(0, 0);
    method.visitEnd();
  }

  private void file(String name, int access, int methodAccess, String descriptor, String flag) {
    ClassWriter type = type(name, access);
    body(method(type, methodAccess, "pay", descriptor, flag));
    type.visitEnd();
    files.put(name + ".class", type.toByteArray());
  }

  private Wiring wiring(ClassWriter type) {
    type.visitEnd();
    ClassFacts facts = ClassFacts.read(new ClassReader(type.toByteArray()), true);
    return Wiring.of(
        facts, new ClassFiles(loader), GatesFile.parse("g.yaml", "gates: []"), List.of());
  }

  // As Scala makes it of a class whose trait has the method; or of an override that only calls it.
  private Wiring mixedIn() {
    ClassWriter type = type("shop/Shop", Opcodes.ACC_PUBLIC);
    MethodVisitor pay = method(type, Opcodes.ACC_PUBLIC, "pay", PAY, "f");
    pay.visitCode();
    pay.visitVarInsn(Opcodes.ALOAD, 0);
    pay.visitMethodInsn(Opcodes.INVOKESTATIC, "shop/T", "pay$", "(Lshop/T;)V", true);
    pay.visitInsn(Opcodes.RETURN);
    pay.visitMaxs(0, 0);
    pay.visitEnd();
    body(method(type, Opcodes.ACC_PUBLIC, "payFallback", PAY, ""));
    return wiring(type);
  }

  @Test
  void methodOfAFlaggedTrait_isDecidedThere() {
    file("shop/T", TRAIT, Opcodes.ACC_PUBLIC, PAY, "f");
    Wiring wiring = mixedIn();
    assertThat(wiring.wires()).isEmpty();
    assertThat(wiring.refusals()).isEmpty();
  }

  @Test
  void flaggedOverrideThatOnlyCallsItsTraits_isGated() {
    file("shop/T", TRAIT, Opcodes.ACC_PUBLIC, PAY, "");
    assertThat(mixedIn().wires()).singleElement().extracting(Wire::flag).isEqualTo("f");
    file("shop/T", TRAIT, Opcodes.ACC_PUBLIC, PAY, "g");
    assertThat(mixedIn().wires()).singleElement().extracting(Wire::flag).isEqualTo("f");
  }

  @Test
  void methodOfATraitWithoutAFile_isTold() {
    Wiring wiring = mixedIn();
    assertThat(wiring.wires()).isEmpty();
    assertThat(wiring.refusals())
        .singleElement()
        .extracting(Wiring.Refusal::problem)
        .asString()
        .contains("the trait shop.T, whose class file is not to be found");
  }

  // As Kotlin makes it of an interface, compiled with -jvm-default=disable.
  private Wiring interfaceWithAnAbstractMethod() {
    ClassWriter type = type("shop/Pays", TRAIT);
    method(type, Opcodes.ACC_PUBLIC | Opcodes.ACC_ABSTRACT, "pay", PAY, "f").visitEnd();
    return wiring(type);
  }

  @Test
  void kotlinInterfacesFunction_isGatedWhereItsBodyIs() {
    int access = Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC;
    file("shop/Pays$DefaultImpls", Opcodes.ACC_PUBLIC, access, "(Lshop/Pays;)V", "f");
    assertThat(interfaceWithAnAbstractMethod().refusals()).isEmpty();
  }

  @Test
  void abstractFunctionWithoutABody_isTold() {
    int access = Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC;
    file("shop/Pays$DefaultImpls", Opcodes.ACC_PUBLIC, access, "(Lshop/Pays;I)V", "f");
    assertThat(interfaceWithAnAbstractMethod().refusals())
        .singleElement()
        .extracting(Wiring.Refusal::problem)
        .isEqualTo("an abstract method cannot be gated");
  }
}
