package dev.turnout.agent.weave;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.bytebuddy.jar.asm.AnnotationVisitor;
import net.bytebuddy.jar.asm.ClassReader;
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

  private GateWeaver.Result weave(byte[] classFile) throws Exception {
    Path file = directory.resolve("gates.yaml");
    Files.writeString(file, "observe: [{methods: 'shop.Table#*', name: all}]");
    GateRules rules = GatesFile.read(file.toFile());
    return new GateWeaver(rules).weave(classFile, getClass().getClassLoader(), false, List.of());
  }

  @Test
  void observedMethodWithoutRoom_costsNoOtherItsGate() throws Exception {
    GateWeaver.Result result = weave(withLargeMethod());
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

  // With its return each is larger by one byte.
  private static byte[] with(int play, int table) {
    ClassWriter type = new ClassWriter(0);
    type.visit(Opcodes.V17, Opcodes.ACC_PUBLIC, "shop/Table", null, "java/lang/Object", null);
    type.visitField(Opcodes.ACC_PRIVATE, "rows", "I", null, null).visitEnd();
    method(type, "play", play, "f");
    method(type, "playFallback", 1, "");
    method(type, "table", table, "");
    type.visitEnd();
    return type.toByteArray();
  }

  private static List<String> gated(GateWeaver.Result result) {
    assertThat(result.bytes()).isNotNull();
    return result.wires().stream().map(wire -> wire.method().name()).toList();
  }

  @Test
  void observedMethodThatTheGateWouldKeepFromBeingCompiled_isNotObserved() throws Exception {
    GateWeaver.Result result = weave(with(1, 7_980));
    assertThat(gated(result)).containsExactly("play", "playFallback");
    assertThat(result.refusals())
        .singleElement()
        .satisfies(
            refusal -> {
              assertThat(refusal.method()).isEqualTo("shop.Table#table()");
              assertThat(refusal.problem())
                  .startsWith("has no room to be observed: ")
                  .contains("more than 8,000 bytes of code");
            });
    Map<String, Integer> sizes = CodeSizes.of(new ClassReader(result.bytes()));
    assertThat(sizes).containsEntry("table()V", 7_981).hasSize(3);
  }

  @Test
  void routedMethodThatTheGateKeepsFromBeingCompiled_isGatedAndDoubtful() throws Exception {
    GateWeaver.Result result = weave(with(7_980, 1));
    assertThat(gated(result)).contains("play");
    assertThat(result.refusals()).isEmpty();
    assertThat(result.doubts())
        .singleElement()
        .satisfies(doubt -> assertThat(doubt.method()).isEqualTo("shop.Table#play()"));
  }

  @Test
  void methodThatIsNotCompiledAnyway_orStaysSmall_isGatedAsAnyOther() throws Exception {
    GateWeaver.Result result = weave(with(7_000, 8_000));
    assertThat(gated(result)).containsExactly("play", "playFallback", "table");
    assertThat(result.refusals()).isEmpty();
    assertThat(result.doubts()).isEmpty();
  }

  // The one that has its gate already may be killed.
  @Test
  void flaggedMethodWithoutRoom_costsNoOtherTheGateThatItHas() throws Exception {
    ClassWriter type = new ClassWriter(0);
    type.visit(Opcodes.V17, Opcodes.ACC_PUBLIC, "shop/Table", null, "java/lang/Object", null);
    method(type, "play", 1, "f");
    method(type, "playFallback", 1, "");
    method(type, "table", NEARLY_TOO_LARGE, "g");
    method(type, "tableFallback", 1, "");
    type.visitEnd();
    GateWeaver weaver = new GateWeaver(GateRules.NONE);
    ClassLoader loader = getClass().getClassLoader();
    List<Woven.Gate> before = List.of(new Woven.Gate("f", "shop.Table#play()", null));
    GateWeaver.Result result = weaver.weave(type.toByteArray(), loader, true, before);
    assertThat(gated(result)).containsExactly("play");
    assertThat(result.refusals())
        .singleElement()
        .satisfies(
            refusal -> {
              assertThat(refusal.method()).isEqualTo("shop.Table#table()");
              assertThat(refusal.problem()).startsWith("has no room for a gate: ");
            });
  }
}
