package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.turnout.bootstrap.GateLinker;
import dev.turnout.flags.Report;
import java.lang.instrument.ClassDefinition;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/** Bodies that running classes are given: whether the JVM took them is found out a moment later. */
class SettledSwapsTest {
  private static final String SHOP =
      """
      package p;
      public class Shop {
        @dev.turnout.Flagged("a")
        public String pay() { return "new"; }

        public String payFallback() { return "old"; }

        public String send() { return "new"; }

        public String sendFallback() { return "old"; }
      }
      """;

  private static final String WITHOUT_MARKS = SHOP.replace("@dev.turnout.Flagged(\"a\")", "");

  private static final String SENDING =
      WITHOUT_MARKS.replace(
          "public String send()", "@dev.turnout.Flagged(\"b\") public String send()");

  private static final Report.Gate PAY = new Report.Gate("a", "p.Shop#pay()", true, null);
  private static final Report.Gate SEND = new Report.Gate("b", "p.Shop#send()", true, null);

  @TempDir Path directory;
  private final Instrumentation instrumentation = ByteBuddyAgent.install();
  private AgentRuntime runtime;
  private Class<?> type;
  private Object shop;

  @BeforeEach
  void installAndLoad() throws Exception {
    Files.writeString(
        directory.resolve("flags.yaml"), "flags: {a: {killed: true}, b: {killed: true}}");
    runtime =
        InstalledAgent.with(
            "flags-file=%1$s/flags.yaml,state-directory=%1$s/state,force=true"
                .formatted(directory));
    Map<String, byte[]> compiled = WrittenClasses.compile(Map.of("p.Shop", SHOP));
    type = new WrittenClasses(getClass().getClassLoader(), compiled, "p.Shop").loadClass("p.Shop");
    shop = type.getConstructor().newInstance();
    assertThat(call("pay")).isEqualTo("old");
  }

  @AfterEach
  void uninstall() {
    runtime.close();
    GateLinker.connect(null);
  }

  private void swap(String source) throws Exception {
    byte[] file = WrittenClasses.compile(Map.of("p.Shop", source)).get("p.Shop");
    instrumentation.redefineClasses(new ClassDefinition(type, file));
  }

  private void assertRefusedByTheJvm(String source) {
    String more = source.replace("class Shop {", "class Shop { public void more() {}");
    assertThatThrownBy(() -> swap(more)).isInstanceOf(UnsupportedOperationException.class);
  }

  private Object call(String method) throws ReflectiveOperationException {
    return type.getMethod(method).invoke(shop);
  }

  private void awaitGates(Report.Gate... gates) {
    await().untilAsserted(() -> assertThat(runtime.gates()).containsExactly(gates));
  }

  // JDK-7124710: JVMs before 20 would bring back the one that it had.
  @Test
  void bodyThatTheJvmTook_stays() throws Exception {
    swap(WITHOUT_MARKS);
    await()
        .during(Duration.ofSeconds(2))
        .atMost(Duration.ofSeconds(4))
        .untilAsserted(() -> assertThat(call("pay")).isEqualTo("new"));
    assertThat(runtime.gates()).noneMatch(gate -> gate.wired() && gate.problem() == null);
  }

  // It would be changed for nothing; and JVMs before 20 would bring back the body from before.
  @Test
  void classThatLostItsGates_isLeftAloneByDetach() throws Exception {
    swap(WITHOUT_MARKS.replace("\"new\"", "\"newer\""));
    assertThat(runtime.apply("detach")).contains("are as they were written");
    assertThat(call("pay")).isEqualTo("newer");
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_20)
  void gateThatIsGone_isDoubtful_andThenNone() throws Exception {
    swap(WITHOUT_MARKS);
    assertThat(call("pay")).isEqualTo("new");
    assertThat(runtime.gates())
        .singleElement()
        .satisfies(gate -> assertThat(gate.problem()).contains("a body without this gate"));
    assertThat(runtime.apply("stopped")).isEqualTo("a (killed)");
    awaitGates();
    assertThat(runtime.flags()).isEmpty();
    assertThat(runtime.apply("stopped")).isEmpty();
    assertThat(call("pay")).isEqualTo("new");
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_20)
  void bodyThatTheJvmRefused_leavesTheGatesAsTheyWere() throws Exception {
    assertRefusedByTheJvm(SENDING);
    assertThat(runtime.gates()).hasSize(2).contains(SEND);
    awaitGates(PAY);
    assertThat(runtime.flags()).containsExactly("a");
    assertThat(call("pay")).isEqualTo("old");
    assertThat(call("send")).isEqualTo("new");
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_20)
  void misfitOfABodyThatTheJvmRefused_isToldNoMore() throws Exception {
    assertRefusedByTheJvm(SENDING.replace("sendFallback", "somethingElse"));
    assertThat(runtime.gates()).anyMatch(gate -> !gate.wired());
    awaitGates(PAY);
    assertThat(call("pay")).isEqualTo("old");
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_20)
  void gateThatComesWithABody_isThere_andGoesWithAnother() throws Exception {
    swap(SENDING);
    awaitGates(SEND);
    assertThat(call("send")).isEqualTo("old");
    swap(SHOP);
    awaitGates(PAY);
    assertThat(call("send")).isEqualTo("new");
    assertThat(call("pay")).isEqualTo("old");
  }
}
