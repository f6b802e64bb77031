package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.bootstrap.GateLinker;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** By what the first calls of a gated method are decided. */
class FirstCallTest {
  @TempDir Path directory;
  private AgentRuntime runtime;

  @AfterEach
  void uninstall() {
    runtime.close();
    GateLinker.connect(null);
  }

  private Object first(Properties system, Map<String, String> environment) throws Exception {
    return calls(system, environment).call();
  }

  private Callable<Object> calls(Properties system, Map<String, String> environment)
      throws Exception {
    Options options = Options.read("state-directory=" + directory, system, environment);
    runtime = InstalledAgent.with(options);
    Class<?> type = new FreshLoader().loadClass(Subjects.class.getName());
    Object target = type.getDeclaredConstructor().newInstance();
    Method text = type.getDeclaredMethod("text", String.class, int.class);
    text.setAccessible(true);
    return () -> text.invoke(target, "u", 1);
  }

  @Test
  void unknownFlag_fallback() throws Exception {
    assertThat(first(new Properties(), Map.of())).isEqualTo("old u1");
  }

  // Not before it is known that the flag has not tripped.
  @Test
  void pinByProperty_isSoonInForce() throws Exception {
    Properties system = new Properties();
    system.setProperty("turnout.flag.f", "on");
    Callable<Object> calls = calls(system, Map.of());
    await().until(() -> calls.call().equals("new u1"));
  }

  @Test
  void pinByVariable_isSoonInForce() throws Exception {
    Callable<Object> calls = calls(new Properties(), Map.of("TURNOUT_FLAG_F", "1"));
    await().until(() -> calls.call().equals("new u1"));
  }
}
