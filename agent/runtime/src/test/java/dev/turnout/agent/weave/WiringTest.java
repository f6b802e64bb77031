package dev.turnout.agent.weave;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.agent.weave.MethodFacts.Origin;
import java.util.List;
import java.util.Map;
import net.bytebuddy.jar.asm.Opcodes;
import org.junit.jupiter.api.Test;

class WiringTest {
  private static final String SHOP = "shop/Shop";
  private static final String RESUME = "(Ljava/lang/Object;)Ljava/lang/Object;";

  private static final String OBSERVE_ALL = "observe: [{methods: 'shop.*#*', name: all}]";

  private static MethodFacts method(String name, String descriptor, Origin origin) {
    int access = Opcodes.ACC_PUBLIC;
    return new MethodFacts(
        SHOP, access, name, descriptor, null, null, -1, "", 1, 0, origin, "", List.of());
  }

  private static MethodFacts flagged(String name, Map<String, Object> values) {
    int access = Opcodes.ACC_PUBLIC;
    return new MethodFacts(
        SHOP, access, name, "()V", values, null, -1, "", 1, 0, Origin.WRITTEN, "", List.of());
  }

  private static ClassFacts type(String superName, MethodFacts... methods) {
    return new ClassFacts(
        SHOP, superName, List.of(), Opcodes.ACC_PUBLIC, Opcodes.V17, true, false, List.of(methods));
  }

  private static Wiring wiring(String superName, String gates, MethodFacts... methods) {
    ClassFiles others = new ClassFiles(WiringTest.class.getClassLoader());
    return Wiring.of(type(superName, methods), others, GatesFile.parse("g.yaml", gates), List.of());
  }

  private static List<String> observed(String superName, MethodFacts... methods) {
    return wiring(superName, OBSERVE_ALL, methods).wires().stream()
        .map(wire -> wire.method().fullName())
        .toList();
  }

  @Test
  void forwarder_isNotObserved() {
    MethodFacts forwarder = method("pay", "()V", Origin.FORWARDER);
    MethodFacts written = method("pay", "(I)V", Origin.WRITTEN);
    assertThat(observed("java/lang/Object", forwarder, written))
        .containsExactly("shop.Shop#pay(int)");
  }

  private static List<String> observedOfSynthetic(int line) {
    MethodFacts find =
        new MethodFacts(
            SHOP,
            0,
            "find",
            "()V",
            null,
            null,
            -1,
            "",
            1,
            line,
            MethodFacts.Origin.WRITTEN,
            "",
            List.of());
    ClassFacts type =
        new ClassFacts(
            SHOP,
            "java/lang/Object",
            List.of(),
            Opcodes.ACC_SYNTHETIC,
            Opcodes.V17,
            true,
            false,
            List.of(find));
    ClassFiles others = new ClassFiles(WiringTest.class.getClassLoader());
    return Wiring.of(type, others, GatesFile.parse("g.yaml", OBSERVE_ALL), List.of())
        .wires()
        .stream()
        .map(wire -> wire.method().fullName())
        .toList();
  }

  // Groovy's traits have their methods in one that has lines.
  @Test
  void syntheticClass_isNotObserved_unlessSomebodyWroteItsLines() {
    assertThat(observedOfSynthetic(0)).isEmpty();
    assertThat(observedOfSynthetic(7)).containsExactly("shop.Shop#find()");
  }

  @Test
  void whatACoroutineGoesOnBy_isNotObserved() {
    MethodFacts resumed = method("invokeSuspend", RESUME, Origin.WRITTEN);
    MethodFacts create = method("create", RESUME, Origin.WRITTEN);
    assertThat(observed("kotlin/coroutines/jvm/internal/SuspendLambda", resumed, create))
        .containsExactly("shop.Shop#create(java.lang.Object)");
    assertThat(observed("shop/Base", resumed, create)).hasSize(2);
  }

  // Only its class file said that it is one.
  @Test
  void futureOfTheApplication_staysOne_whenItsClassFileIsGone() {
    MethodFacts pay = method("pay", "()Lshop/Later;", Origin.WRITTEN);
    Woven.Gate before = Woven.Gate.of(Wire.observed("all", pay, true));
    Wiring again =
        Wiring.of(
            type("java/lang/Object", pay),
            new ClassFiles(WiringTest.class.getClassLoader()),
            GatesFile.parse("g.yaml", OBSERVE_ALL),
            List.of(before));
    assertThat(again.wires()).singleElement().matches(Wire::completesLater);
  }

  @Test
  void methodWhoseOwnGateIsRefused_isNotObserved() {
    String gates = "{gates: [{method: shop.Shop#pay, flag: f}], " + OBSERVE_ALL + "}";
    Wiring wiring = wiring("java/lang/Object", gates, method("pay", "()V", Origin.WRITTEN));
    assertThat(wiring.refusals()).hasSize(1);
    assertThat(wiring.wires()).isEmpty();
  }

  @Test
  void gatesFileThatNamesAForwarder_isToldToNameWhatItCalls() {
    String gates = "gates: [{method: shop.Shop#pay, flag: f, fallback: old}]";
    Wiring wiring = wiring("java/lang/Object", gates, method("pay", "()V", Origin.FORWARDER));
    assertThat(wiring.refusals())
        .singleElement()
        .satisfies(refusal -> assertThat(refusal.problem()).endsWith("name the one that it calls"));
  }

  // A flag of such a name cannot be: no change of any other would come through.
  @Test
  void nameOfDotsAlone_isRefused() {
    MethodFacts old = method("old", "()V", Origin.WRITTEN);
    MethodFacts pay = flagged("pay", Map.of("value", "..", "fallback", "old"));
    assertRefused("the flag's name must be", pay, old);

    List<?> dots = List.of(Map.of("name", ".", "method", "old"));
    MethodFacts sell = flagged("sell", Map.of("value", "f", "fallback", "old", "variants", dots));
    assertRefused("a variant's name must be", sell, old);
  }

  private static void assertRefused(String problem, MethodFacts... methods) {
    Wiring wiring = wiring("java/lang/Object", "", methods);
    assertThat(wiring.wires()).isEmpty();
    assertThat(wiring.refusals())
        .singleElement()
        .satisfies(refusal -> assertThat(refusal.problem()).startsWith(problem));
  }
}
