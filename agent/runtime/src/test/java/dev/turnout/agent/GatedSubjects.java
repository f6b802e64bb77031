package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.bootstrap.GateLinker;
import dev.turnout.flags.PathCounts;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The agent in this JVM: subjects loaded afresh for each test, gated as the real agent does. */
abstract class GatedSubjects {
  @TempDir Path directory;
  AgentRuntime runtime;
  Class<?> type;
  Object target;

  @BeforeEach
  void install() throws Exception {
    runtime = InstalledAgent.in(directory, "flags: {f: {percentage: 0}}");
    type = new FreshLoader().loadClass(Subjects.class.getName());
    target = type.getDeclaredConstructor().newInstance();
    await().until(() -> runtime.engine() != null);
  }

  @AfterEach
  void uninstall() {
    runtime.close();
    GateLinker.connect(null);
  }

  Path flagsFile() {
    return directory.resolve("flags.yaml");
  }

  void flags(String flag) throws IOException {
    Files.writeString(flagsFile(), "flags:\n  " + flag + "\n");
  }

  void turn(String flag, String state) throws Exception {
    flags(flag);
    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() -> assertThat(call("text", "u", 1)).asString().startsWith(state));
  }

  /** Through several of the engine's looks. */
  void assertStays(String answer, String name, Object... arguments) {
    await()
        .pollInSameThread()
        .during(Duration.ofMillis(800))
        .atMost(Duration.ofSeconds(5))
        .until(() -> answer.equals(call(name, arguments)));
  }

  Object call(String name, Object... arguments) throws Exception {
    Method method =
        Arrays.stream(type.getDeclaredMethods())
            .filter(m -> m.getName().equals(name) && !m.isBridge())
            .findFirst()
            .orElseThrow();
    method.setAccessible(true);
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw (Error) e.getCause();
    }
  }

  PathCounts counts(boolean on) {
    return runtime.engine().recorders().total("f", on);
  }
}
