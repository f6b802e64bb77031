package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.bootstrap.GateLinker;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** By what the very first call of a gated method is decided. */
class FirstCallTest {
  @TempDir Path directory;
  private AgentRuntime runtime;

  @AfterEach
  void uninstall() {
    runtime.close();
    GateLinker.connect(null);
  }

  private Object first(Properties system, Map<String, String> environment) throws Exception {
    Options options = Options.read("state-directory=" + directory, system, environment);
    runtime = InstalledAgent.with(options);
    Class<?> type = new FreshLoader().loadClass(Subjects.class.getName());
    Object target = type.getDeclaredConstructor().newInstance();
    Method text = type.getDeclaredMethod("text", String.class, int.class);
    text.setAccessible(true);
    return text.invoke(target, "u", 1);
  }

  @Test
  void unknownFlag_fallback() throws Exception {
    assertThat(first(new Properties(), Map.of())).isEqualTo("old u1");
  }

  @Test
  void pinByProperty_isInForce() throws Exception {
    Properties system = new Properties();
    system.setProperty("turnout.flag.f", "on");
    assertThat(first(system, Map.of())).isEqualTo("new u1");
  }

  @Test
  void pinByVariable_isInForce() throws Exception {
    assertThat(first(new Properties(), Map.of("TURNOUT_FLAG_F", "1"))).isEqualTo("new u1");
  }
}
