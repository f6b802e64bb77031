package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What an agent that was detached leaves in the memory of a JVM that runs on. */
class DetachedAgentIT {
  private static final String AGENT_LOADER = "dev.turnout.bootstrap.AgentClassLoader";

  @TempDir Path directory;
  private RunningApp application;

  static List<Path> jdks() {
    return Jdks.all();
  }

  @AfterEach
  void stop() {
    if (application != null) {
      application.close();
    }
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void detached_itsClassesAreCollected_whileTheApplicationRunsOn(Path jdk) throws Exception {
    RunningApp.compile(directory);
    Files.writeString(directory.resolve("flags.yaml"), "flags: {checkout: {percentage: 0}}");
    application = RunningApp.start(directory, List.of(), jdk);
    for (int round = 0; round < 2; round++) {
      turnout(
          jdk,
          "attach",
          "force=true",
          "flags-file=" + directory.resolve("flags.yaml"),
          "state-directory=" + directory.resolve("state"));
      assertThat(application.answer("user-1")).startsWith("old shop");
      assertThat(liveObjects(jdk)).contains(AGENT_LOADER);
      turnout(jdk, "detach", "--yes");
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(liveObjects(jdk)).doesNotContain(AGENT_LOADER));
    }
  }

  private void turnout(Path jdk, String command, String... options) throws Exception {
    Run run = application.turnout(jdk, command, List.of(options), Map.of());
    assertThat(run.exit()).as(run.toString()).isZero();
  }

  // Which collects what is not live.
  private String liveObjects(Path jdk) throws IOException, InterruptedException {
    List<String> arguments = List.of("" + application.pid(), "GC.class_histogram");
    Run run = Run.of(jdk, "jcmd", directory, arguments);
    assertThat(run.exit()).as(run.toString()).isZero();
    return run.out();
  }
}
