package dev.turnout.agent.weave;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import net.bytebuddy.jar.asm.AnnotationVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateWeaverTest {
  private static final int NEARLY_TOO_LARGE = 65_500;

  @TempDir Path directory;

  private static void method(ClassWriter type, String name, int size, String flag) {
    MethodVisitor method = type.visitMethod(Opcodes.ACC_PUBLIC, name, "()V", null, null);
    if (!flag.isEmpty()) {
      AnnotationVisitor flagged = method.visitAnnotation("Ldev/turnout/Flagged;", false);
      flagged.visit("value", flag);
      flagged.visitEnd();
    }
    method.visitCode();
    for (int i = 0; i < size; i++) {
      method.visitInsn(Opcodes.NOP);
    }
    method.visitInsn(Opcodes.RETURN);
    method.visitMaxs(0, 1);
    method.visitEnd();
  }

  // The first has its flag's gate, and its fallback; the last has no room for any.
  private static byte[] withLargeMethod() {
    ClassWriter type = new ClassWriter(0);
    type.visit(Opcodes.V17, Opcodes.ACC_PUBLIC, "shop/Table", null, "java/lang/Object", null);
    method(type, "play", 1, "f");
    method(type, "playFallback", 1, "");
    method(type, "table", NEARLY_TOO_LARGE, "");
    type.visitEnd();
    return type.toByteArray();
  }

  @Test
  void observedMethodWithoutRoom_costsNoOtherItsGate() throws Exception {
    Path file = directory.resolve("gates.yaml");
    Files.writeString(file, "observe: [{methods: 'shop.Table#*', name: all}]");
    GateRules rules = GatesFile.read(file.toFile());
    GateWeaver.Result result =
        new GateWeaver(rules).weave(withLargeMethod(), getClass().getClassLoader(), false);
    assertThat(result.bytes()).isNotNull();
    assertThat(result.wires())
        .extracting(wire -> wire.method().fullName())
        .containsExactly("shop.Table#play()");
    assertThat(result.refusals())
        .extracting(Wiring.Refusal::method)
        .contains("shop.Table#table()")
        .doesNotContain("shop.Table#play()");
    assertThat(result.refusals()).allMatch(refusal -> refusal.problem().contains("has no room"));
  }
}
