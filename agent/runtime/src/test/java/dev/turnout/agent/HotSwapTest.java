package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.turnout.bootstrap.GateLinker;
import dev.turnout.bootstrap.GateSite;
import dev.turnout.flags.Report;
import java.lang.instrument.ClassDefinition;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.CallSite;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.util.Map;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** Classes that somebody gives other bodies while they run, as from an IDE. */
class HotSwapTest {
  private static final String SHOP =
      """
      package p;
      public class Shop {
        @dev.turnout.Flagged("a")
        public String pay() { return "new"; }

        public String payFallback() { return "old"; }

        public String ship() { return "new"; }

        public String send() { return "new"; }

        public String sendFallback() { return "old"; }
      }
      """;

  @TempDir Path directory;
  private final Instrumentation instrumentation = ByteBuddyAgent.install();
  private AgentRuntime runtime;
  private Class<?> type;
  private Object shop;

  @BeforeEach
  void install() throws Exception {
    runtime =
        InstalledAgent.in(
            directory, "flags: {a: {killed: true}, b: {killed: true}, c: {killed: true}}");
  }

  @AfterEach
  void uninstall() {
    runtime.close();
    GateLinker.connect(null);
  }

  private void load(String source) throws ReflectiveOperationException {
    Map<String, byte[]> compiled = WrittenClasses.compile(Map.of("p.Shop", source));
    type = new WrittenClasses(getClass().getClassLoader(), compiled, "p.Shop").loadClass("p.Shop");
    shop = type.getConstructor().newInstance();
  }

  private void swap(String source) throws Exception {
    byte[] file = WrittenClasses.compile(Map.of("p.Shop", source)).get("p.Shop");
    instrumentation.redefineClasses(new ClassDefinition(type, file));
  }

  private Object call(String method) throws ReflectiveOperationException {
    return type.getMethod(method).invoke(shop);
  }

  private static String flagged(String source, String flag, String method) {
    String declared = "public String " + method + "()";
    return source.replace(declared, "@dev.turnout.Flagged(\"" + flag + "\") " + declared);
  }

  private Report.Gate gate(String flag, String method) {
    return runtime.gates().stream()
        .filter(gate -> gate.flag().equals(flag) && gate.method().equals("p.Shop#" + method + "()"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void misfitThatIsSwappedIn_costsNoOtherMethodItsGate() throws Exception {
    load(SHOP);
    assertThat(call("pay")).isEqualTo("old");
    swap(flagged(flagged(SHOP, "b", "ship"), "c", "send"));
    assertThat(call("pay")).isEqualTo("old");
    assertThat(call("send")).isEqualTo("old");
    assertThat(call("ship")).isEqualTo("new");
    assertThat(gate("a", "pay")).isEqualTo(new Report.Gate("a", "p.Shop#pay()", true, null));
    assertThat(gate("c", "send").wired()).isTrue();
    assertThat(gate("b", "ship").wired()).isFalse();
    assertThat(gate("b", "ship").problem()).contains("no fallback");
    // As another agent may want it.
    instrumentation.retransformClasses(type);
    assertThat(call("pay")).isEqualTo("old");
  }

  @Test
  void methodWhoseNewWiringDoesNotFit_keepsTheOneThatItHad() throws Exception {
    load(SHOP);
    swap(SHOP.replace("Flagged(\"a\")", "Flagged(value = \"a\", fallback = \"missing\")"));
    assertThat(call("pay")).isEqualTo("old");
    assertThat(gate("a", "pay").wired()).isTrue();
    assertThat(gate("a", "pay").problem())
        .startsWith("keeps the gate that it had: ")
        .contains("missing");
    instrumentation.retransformClasses(type);
    assertThat(call("pay")).isEqualTo("old");
  }

  // JVMs before 20 cannot be asked whether they took it.
  @Test
  void gateWhoseFallbackABodyHasNot_isDoubtful_andStillDecides() throws Exception {
    load(SHOP);
    assertThatThrownBy(() -> swap(SHOP.replace("payFallback", "payBefore")))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(call("pay")).isEqualTo("old");
    assertThat(gate("a", "pay").wired()).isTrue();
    assertThat(gate("a", "pay").problem()).contains("a body", "payFallback");
    assertThat(runtime.apply("stopped")).isEqualTo("a (killed)");
  }

  @Test
  void methodThatGetsAnotherFlagAndDoesNotFit_isUngatedAndTold() throws Exception {
    load(flagged(SHOP, "c", "send"));
    swap(
        flagged(SHOP, "c", "send")
            .replace("Flagged(\"a\")", "Flagged(value = \"b\", fallback = \"missing\")"));
    assertThat(call("pay")).isEqualTo("new");
    assertThat(call("send")).isEqualTo("old");
    assertThat(gate("b", "pay").wired()).isFalse();
  }

  // Flagged now too: of a chain of gates no call could be told which implementation it runs.
  @Test
  void fallbackThatIsFlaggedLater_getsNoGate_andTakesNone() throws Exception {
    load(SHOP);
    String source =
        flagged(SHOP, "b", "payFallback")
            .replace("Flagged(\"b\")", "Flagged(value = \"b\", fallback = \"ship\")");
    swap(source);
    assertThat(call("pay")).isEqualTo("old");
    assertThat(call("payFallback")).isEqualTo("old");
    assertThat(gate("a", "pay").wired()).isTrue();
    assertThat(gate("a", "pay").problem()).contains("its fallback payFallback is flagged itself");
    assertThat(gate("b", "payFallback").wired()).isFalse();
    instrumentation.retransformClasses(type);
    assertThat(call("pay")).isEqualTo("old");
  }

  @Test
  void classThatIsLoadedWithAMisfit_hasNoGateAtAll() throws Exception {
    load(flagged(SHOP, "b", "ship"));
    assertThat(call("pay")).isEqualTo("new");
    assertThat(gate("a", "pay").wired()).isFalse();
    instrumentation.retransformClasses(type);
    assertThat(call("pay")).isEqualTo("new");
  }

  // As of two versions of a plugin.
  @Test
  void classOfTwoLoaders_isToldByTheWorseOne_forAsLongAsThatIsThere() throws Exception {
    load(SHOP);
    Class<?> sound = type;
    load(SHOP.replace("Flagged(\"a\")", "Flagged(value = \"a\", fallback = \"missing\")"));
    assertThat(call("pay")).isEqualTo("new");
    assertThat(gate("a", "pay").wired()).isFalse();
    instrumentation.retransformClasses(sound);
    assertThat(gate("a", "pay").wired()).isFalse();
    assertThat(gate("a", "pay").problem()).contains("missing");
    type = sound;
    shop = sound.getConstructor().newInstance();
    await()
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(gate("a", "pay").wired()).isTrue();
            });
    assertThat(gate("a", "pay").problem()).isNull();
    assertThat(call("pay")).isEqualTo("old");
  }

  @Test
  void gateThatDoesNotLink_isNoneInTheClassOfItsLoaderAlone() throws Exception {
    load(SHOP);
    Class<?> unlinked = type;
    load(SHOP);
    CallSite site =
        GateLinker.link(
            MethodHandles.privateLookupIn(unlinked, MethodHandles.lookup()),
            "gate",
            MethodType.methodType(GateSite.class),
            "a",
            "p.Shop#pay()",
            "",
            "",
            GateLinker.ROUTE,
            "",
            "",
            "p.Base.payFallback.()Ljava/lang/String;.1");
    assertThat(site.getTarget()).isNotNull();
    assertThat(gate("a", "pay").problem()).contains("its gate did not link");
    assertThat(runtime.flags()).containsExactly("a");
    assertThat(runtime.apply("stopped")).isEqualTo("a (killed)");
    assertThat(call("pay")).isEqualTo("old");
    instrumentation.retransformClasses(unlinked);
    assertThat(gate("a", "pay").problem()).isNull();
  }

  // What it returns is found out from other class files, so its gate is remembered.
  @Test
  void fallbackThatLosesItsMark_isNotCalledAnyMore() throws Exception {
    String marked =
        """
        package p;
        import reactor.core.publisher.Mono;
        public class Shop {
          @dev.turnout.Flagged("a")
          public Mono<String> find() { return Mono.just("new"); }

          @dev.turnout.Fallback("a")
          public Mono<String> search() { return Mono.just("marked"); }

          public Mono<String> findFallback() { return Mono.just("named"); }
        }
        """;
    load(marked);
    assertThat(found()).isEqualTo("marked");
    swap(marked.replace("@dev.turnout.Fallback(\"a\")", ""));
    assertThat(found()).isEqualTo("named");
    swap(marked);
    assertThat(found()).isEqualTo("marked");
  }

  private Object found() throws ReflectiveOperationException {
    return ((Mono<?>) call("find")).block();
  }
}
