package dev.turnout.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.bootstrap.GateLinker;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pins in a JVM that has no gate yet, and so no engine. */
class PinsWithoutGatesTest {
  private AgentRuntime runtime;

  private void install(Map<String, String> environment) {
    Properties system = new Properties();
    system.setProperty("turnout.flag.use_old", "off");
    runtime = InstalledAgent.with(Options.read("", system, environment));
  }

  @AfterEach
  void uninstall() {
    runtime.close();
    GateLinker.connect(null);
  }

  @Test
  void status_namesPins_andWhatIsNearlyOne() {
    install(Map.of("TURNOUT_FLAG_USE_NEW", "0", "TURNOUT_FLAGS_USE_IT", "off"));
    assertThat(runtime.engine()).isNull();
    assertThat(runtime.apply("status"))
        .contains("-Dturnout.flag.use_old: this JVM has no gate of such a flag so far")
        .contains("TURNOUT_FLAG_USE_NEW: this JVM has no gate of such a flag so far")
        .contains("TURNOUT_FLAGS_USE_IT pins nothing");
  }

  @Test
  void pins_withoutAnyGate_areToldAfterAWhile() throws Exception {
    install(Map.of("TURNOUT_FLAG_USE_NEW", "0"));
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(written, true, UTF_8));
    try {
      runtime.tellEarly(System.nanoTime() + TimeUnit.SECONDS.toNanos(59));
      AgentLog.line("not so soon");
      runtime.tellEarly(System.nanoTime() + TimeUnit.SECONDS.toNanos(61));
      runtime.tellEarly(System.nanoTime() + TimeUnit.SECONDS.toNanos(61));
      AgentLog.line("after");
      await().until(() -> written.toString(UTF_8).contains("after"));
    } finally {
      System.setErr(before);
    }
    assertThat(runtime.engine()).isNull();
    String lines = written.toString(UTF_8);
    assertThat(lines)
        .containsOnlyOnce("-Dturnout.flag.use_old: this JVM has no gate of such a flag")
        .containsOnlyOnce("TURNOUT_FLAG_USE_NEW: this JVM has no gate of such a flag");
    assertThat(lines.indexOf("not so soon")).isLessThan(lines.indexOf("-Dturnout.flag"));
  }
}
