package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gates on virtual threads, in chains of futures and in fork-join pools. */
class VirtualThreadsIT {
  private static final int OLDEST_JAVA = 21;
  private static final int HELD = 100;
  private static final int TASKS = 10_000;

  @TempDir Path directory;

  static List<Path> jdks() {
    return Jdks.all();
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void callsOnVirtualThreads_areRoutedAndCountedExactly_andPinNothing(Path jdk) throws Exception {
    assumeThat(Jdks.feature(jdk))
        .as("virtual threads need Java %s or newer, this JDK is older", OLDEST_JAVA)
        .isGreaterThanOrEqualTo(OLDEST_JAVA);
    Path classes =
        Javac.compileBy(
            jdk, directory.resolve("classes"), List.of(Built.ANNOTATIONS), "split", "virtual");
    int port = HostAgent.freePort();
    Run run =
        Run.of(
            jdk,
            "java",
            directory,
            List.of(
                "-Xverify:all",
                agent(port),
                "-cp",
                Javac.classPath(List.of(classes, Built.ANNOTATIONS)),
                "shop.Virtual",
                "" + port,
                directory.resolve("pins.jfr").toString()));
    assertThat(run.exit()).as(run.toString()).isZero();

    assertThat(run.answer("split")).matches("new [1-9]\\d* old [1-9]\\d*");
    assertThat(run.answer("astray")).isEqualTo("0");
    assertThat(run.answer("pinned")).as(run.out()).isEqualTo("control true gates 0");
    assertThat(run.answer("held")).as("counted before they ended").isEqualTo("0");
    assertThat(run.out()).contains("ended " + HELD + "\n", "ended " + (HELD + TASKS) + "\n");
    List<String> made = run.out().lines().filter(line -> line.startsWith("made{")).toList();
    List<String> counted =
        run.out().lines().filter(line -> line.startsWith("turnout_calls_total{")).toList();
    assertThat(made).hasSize(10).noneMatch(line -> line.endsWith(" 0"));
    // The page has errors of those flags too that had none.
    assertThat(counted)
        .filteredOn(line -> !line.endsWith(" 0.0"))
        .map(line -> line.replace("turnout_calls_total", "made"))
        .containsExactlyInAnyOrderElementsOf(made.stream().map(line -> line + ".0").toList());
  }

  private String agent(int metricsPort) throws Exception {
    Path flags = directory.resolve("flags.yaml");
    Files.writeString(
        flags,
        """
        flags:
          direct: {percentage: 50}
          context: {percentage: 50}
          pool: {percentage: 50}
          future: {percentage: 50}
        """);
    return GatedApp.agent(
        "flags-file=%s,state-directory=%s,metrics-port=%d"
            .formatted(flags, directory.resolve("state"), metricsPort));
  }
}
