package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Flagged classes that are loaded before the agent: no transformer is ever shown them. */
class EarlyClassesIT {
  private static final int FIRST_WITH_CACHE_AT_EXIT = 25;

  @TempDir Path directory;
  private ReadyApp application;

  static List<Path> jdks() {
    return Jdks.all();
  }

  static List<Path> jdksWithCache() {
    return jdks().stream().filter(jdk -> Jdks.feature(jdk) >= FIRST_WITH_CACHE_AT_EXIT).toList();
  }

  @BeforeEach
  void pack() throws Exception {
    application = ReadyApp.pack(directory);
  }

  private Run run(Path jdk, String... options) throws Exception {
    Run run = application.run(jdk, options);
    assertThat(run.exit()).as(run.toString()).isZero();
    return run;
  }

  private String eager() throws Exception {
    Path classes = Javac.compile(directory.resolve("eager"), List.of(), "eager");
    Path jar = Jars.pack(directory.resolve("eager.jar"), classes, Map.of("Premain-Class", "Eager"));
    return "-javaagent:" + jar + "=shop.Checkout";
  }

  // The JVM has such classes before any agent's premain.
  @ParameterizedTest
  @MethodSource("jdksWithCache")
  void classesOutOfAnAotCache_haveTheirGates(Path jdk) throws Exception {
    Path cache = directory.resolve("application.aot");
    // As an agent has the JVM do: else it would have nothing of the cache.
    Run made = run(jdk, "--add-modules", "java.instrument", "-XX:AOTCacheOutput=" + cache);
    assertThat(cache).as(made.toString()).exists();
    Path log = directory.resolve("classes.log");
    Run run =
        run(jdk, "-XX:AOTCache=" + cache, "-Xlog:class+load:file=" + log, application.agent());
    List<String> loaded = Files.readAllLines(log);
    String checkout = line(loaded, " shop.Checkout source: shared objects file");
    String entry = line(loaded, " dev.turnout.bootstrap.TurnoutAgent source: ");
    assertThat(loaded.indexOf(checkout)).isLessThan(loaded.indexOf(entry));
    assertThat(run.answer("answer")).as(run.toString()).isEqualTo("old");
  }

  private static String line(List<String> lines, String part) {
    return lines.stream()
        .filter(line -> line.contains(part))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no line with" + part));
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void classThatAnotherAgentHadLoaded_hasItsGate_orOneLineThatItHasNot(Path jdk) throws Exception {
    if (namesAreLost(jdk)) {
      Run run =
          Run.untilSaid(
              jdk,
              directory,
              "MISWIRED",
              application.arguments(List.of(eager(), application.agent()), List.of()));
      assertThat(run.answer("answer")).isEqualTo("new");
      assertThat(run.agentLines())
          .filteredOn(line -> line.contains("MISWIRED"))
          .singleElement()
          .asString()
          .contains("shop.Checkout", "another agent had it loaded before", "name this agent first");
    }
    Run run =
        namesAreLost(jdk)
            ? run(jdk, application.agent(), eager())
            : run(jdk, eager(), application.agent());
    assertThat(run.answer("answer")).as(run.toString()).isEqualTo("old");
    assertThat(run.agentLines()).noneMatch(line -> line.contains("MISWIRED"));
  }

  private static boolean namesAreLost(Path jdk) {
    Runtime.Version version = Jdks.version(jdk);
    return version.feature() < 19 && version.compareTo(Runtime.Version.parse("17.0.20")) < 0;
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void force_gatesItAllTheSame(Path jdk) throws Exception {
    Run run = run(jdk, eager(), application.agent() + ",force=true");
    assertThat(run.answer("answer")).as(run.toString()).isEqualTo("old");
  }
}
