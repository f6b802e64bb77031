package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a host's threads are like with the agent, as against without it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostThreadsIT {
  /** Of the engine, the stream and the requests; libraries add none. */
  private static final int THREADS = 4;

  private static final long MILLIS_TO_EXIT = 5_000;

  @TempDir Path directory;
  private Path classes;

  static List<Path> jdks() {
    return Jdks.all();
  }

  @BeforeAll
  void compile(@TempDir Path build) throws Exception {
    classes =
        Javac.compile(
            build.resolve("classes"), List.of(Built.ANNOTATIONS), "split", "checkout", "threads");
  }

  private Run run(Path jdk, String... options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(options));
    // For the application's look at its own thread.
    arguments.addAll(List.of("--add-opens", "java.base/java.lang=ALL-UNNAMED"));
    arguments.addAll(List.of("-Xverify:all", "-cp"));
    arguments.add(Javac.classPath(List.of(classes, Built.ANNOTATIONS)));
    arguments.add("shop.Witness");
    Run run = Run.of(jdk, "java", directory, arguments);
    assertThat(run.exit()).as(run.toString()).isZero();
    return run;
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void callingThread_isLeftAsItWas(Path jdk) throws Exception {
    Run run = run(jdk, HostAgent.half(directory));
    assertThat(run.answer("method")).isEqualTo(HostAgent.HALF);
    assertThat(run.answer("first")).as("interrupted, own loader").isEqualTo("true true");
    assertThat(run.answer("later")).as("interrupted, own loader").isEqualTo("true true");
    assertThat(run.answer("locals")).isEqualTo("[]");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void agentThreads_areFewAndDaemons_andTheApplicationEnds(Path jdk) throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Run run = run(jdk, HostAgent.half(directory, silent.getLocalPort()));
      long end = System.currentTimeMillis();
      List<String> threads = new ArrayList<>(threads(run));
      threads.removeAll(threads(run(jdk)));
      assertThat(threads).isNotEmpty().noneMatch(name -> name.endsWith("NO DAEMON"));
      // These come with something to write or to read, and go.
      threads.removeIf(name -> name.matches("thread turnout-(log|disk|read|store)"));
      assertThat(threads)
          .allMatch(name -> name.startsWith("thread turnout-"))
          .hasSizeLessThanOrEqualTo(THREADS);
      assertThat(end - Long.parseLong(run.answer("end"))).isLessThan(MILLIS_TO_EXIT);
    }
  }

  private static List<String> threads(Run run) {
    return run.out().lines().filter(line -> line.startsWith("thread ")).toList();
  }
}
