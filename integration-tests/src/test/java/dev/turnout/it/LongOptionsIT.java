package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Options longer than the 1,024 bytes that a JVM before Java 24 takes of whoever attaches. */
class LongOptionsIT {
  private static final int USAGE = 2;

  @TempDir Path directory;
  private RunningApp application;

  static List<Path> jdks() {
    return Jdks.all();
  }

  private void start(Path jdk) throws IOException {
    RunningApp.compile(directory);
    Files.writeString(directory.resolve("flags.yaml"), "flags: {checkout: {percentage: 0}}");
    application = RunningApp.start(directory, List.of(), jdk);
    assertThat(answer()).startsWith("new shop");
  }

  @AfterEach
  void stop() {
    if (application != null) {
      application.close();
    }
  }

  private String answer() throws IOException {
    return application.answer("user-1");
  }

  private Run attach(Path jdk, String... options) throws Exception {
    List<String> all = new ArrayList<>();
    all.addAll(List.of("force=true", "state-directory=" + directory.resolve("state")));
    all.addAll(List.of(options));
    Path temporary = Files.createDirectories(directory.resolve("tmp"));
    Map<String, String> environment = Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary);
    return application.turnout(jdk, "attach", all, environment);
  }

  /** The flags file, by a path of as many bytes as are wanted, or one less. */
  private String flagsFile(int bytes) {
    String begin = "flags-file=" + directory + "/";
    String end = "flags.yaml";
    return begin + "./".repeat((bytes - begin.length() - end.length()) / 2) + end;
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void optionsOfAnyLength_areTaken_andNoFileOfThemIsLeft(Path jdk) throws Exception {
    start(jdk);
    for (int bytes : new int[] {700, 1100, 3000}) {
      Run attached = attach(jdk, flagsFile(bytes));
      assertThat(attached.exit()).as("%s bytes: %s", bytes, attached).isZero();
      assertThat(answer()).startsWith("old shop");
      Run detached = application.turnout(jdk, "detach", List.of("--yes"), Map.of());
      assertThat(detached.exit()).as(detached.toString()).isZero();
      try (Stream<Path> left = Files.list(directory.resolve("tmp"))) {
        assertThat(left.map(Path::toString).filter(name -> name.endsWith(".answer"))).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void wrongOption_amongLongOnes_isRefusedAsEver(Path jdk) throws Exception {
    start(jdk);
    assertThat(attach(jdk, flagsFile(1100), "servr=x").err())
        .contains("there is no option \"servr\"");
    assertThat(answer()).startsWith("new shop");
  }

  // Java 24 and newer take that too.
  @ParameterizedTest
  @MethodSource("jdks")
  void jarWithALongerPath_isRefused_andTheLimitIsSaid_orItWorks(Path jdk) throws Exception {
    start(jdk);
    Path jar = directory;
    for (int i = 0; i < 5; i++) {
      jar = jar.resolve("d".repeat(200));
    }
    jar = Files.createDirectories(jar).resolve("turnout-agent.jar");
    Files.copy(Built.AGENT, jar);
    Run attached = attach(jdk, flagsFile(100), "--agent-jar", jar.toString());
    if (attached.exit() == USAGE) {
      assertThat(attached.err())
          .contains("takes no more than 1024 bytes", "name a jar with a shorter path");
      assertThat(answer()).startsWith("new shop");
    } else {
      assertThat(attached.exit()).as(attached.toString()).isZero();
      assertThat(answer()).startsWith("old shop");
    }
  }
}
