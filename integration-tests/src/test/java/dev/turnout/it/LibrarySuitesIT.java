package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The test suites that libraries publish, with every method of the library and of its tests
 * observed: each test ends as it does without the agent, those too that miss a file of the
 * library's source tree. A part of each suite, or all of it with {@code -Dturnout.suites=all},
 * which takes many minutes.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LibrarySuitesIT {
  private static final boolean ALL = System.getProperty("turnout.suites", "").equals("all");
  private static final Duration LIMIT = ALL ? Duration.ofMinutes(60) : Duration.ofMinutes(4);
  // As the libraries' own builds have it.
  private static final List<String> OPENED =
      List.of("java.lang", "java.lang.reflect", "java.util", "java.time", "java.time.chrono");

  private static final int OBSERVED_AT_LEAST = 10_000;
  private static final int SUCCESSFUL_AT_LEAST = 250;
  private static final Pattern OBSERVED = Pattern.compile("outcome=\"success\".*} ([0-9.E]+)");

  private Path classes;

  static Stream<Arguments> suites() {
    return Stream.of(
            Arguments.of("codec", "(binary|net|cli)"),
            Arguments.of("lang3", "(tuple|mutable|math)"),
            Arguments.of("collections4", "(bag|queue)"))
        .flatMap(
            suite ->
                Jdks.all().stream().map(jdk -> Arguments.of(suite.get()[0], suite.get()[1], jdk)));
  }

  @BeforeAll
  void compile(@TempDir Path build) throws Exception {
    classes = Javac.compile(build.resolve("classes"), Built.libraries("suite-runner"), "suite");
  }

  @ParameterizedTest
  @MethodSource("suites")
  void everyMethodObserved_theSuiteEndsAsWithoutTheAgent(
      String library, String packages, Path jdk, @TempDir Path directory) throws Exception {
    String tests =
        "org\\.apache\\.commons\\."
            + library
            // What measures time ends as the machine pleases.
            + (ALL ? "\\.(?!.*Performance).*Test" : "\\." + packages + "\\..*Test");
    Files.writeString(
        directory.resolve("gates.yaml"),
        """
        observe: [{methods: "org.apache.commons.%s.*#*", name: library}]
        most_observed: 999999
        """
            .formatted(library));
    Files.writeString(directory.resolve("flags.yaml"), "flags: {}\n");
    int port = HostAgent.freePort();
    String agent =
        GatedApp.agent(
            "gates-file=%1$s/gates.yaml,flags-file=%1$s/flags.yaml,state-directory=%1$s/state,metrics-port=%2$d"
                .formatted(directory, port));

    List<String> plain = results(run(library, tests, jdk, directory, "-Dno=agent"));
    Run gated = run(library, tests, jdk, directory, agent, "http://127.0.0.1:" + port + "/metrics");
    assertThat(plain)
        .filteredOn(line -> line.startsWith("result SUCCESSFUL"))
        .hasSizeGreaterThan(SUCCESSFUL_AT_LEAST);
    assertThat(results(gated)).containsExactlyElementsOf(plain);
    assertThat(gated.agentLines()).singleElement().asString().contains("metrics at http");
    assertThat(observed(gated)).isGreaterThan(OBSERVED_AT_LEAST);
    System.out.printf(
        "%s on %d: %s, alike, %.0f calls observed%n",
        library,
        Jdks.feature(jdk),
        plain.stream()
            .collect(Collectors.groupingBy(line -> line.split(" ")[1], Collectors.counting())),
        observed(gated));
  }

  private Run run(
      String library, String tests, Path jdk, Path directory, String option, String... more)
      throws Exception {
    List<Path> libraries = Built.libraries("suite-" + library);
    List<Path> classPath = new ArrayList<>(libraries);
    classPath.add(classes);
    classPath.addAll(Built.libraries("suite-runner"));
    Path suite =
        libraries.stream()
            .filter(jar -> jar.toString().endsWith("-tests.jar"))
            .findFirst()
            .orElseThrow();
    List<String> arguments = new ArrayList<>(List.of("-Xmx1g", "-XX:TieredStopAtLevel=1", option));
    for (String opened : OPENED) {
      arguments.addAll(List.of("--add-opens", "java.base/" + opened + "=ALL-UNNAMED"));
    }
    arguments.addAll(List.of("-cp", Javac.classPath(classPath), "suite.Suite"));
    arguments.addAll(List.of(suite.toString(), tests));
    arguments.addAll(List.of(more));
    Run run = Run.of(jdk, "java", directory, Map.of(), arguments, LIMIT);
    assertThat(run.exit()).as(run.err()).isZero();
    return run;
  }

  private static List<String> results(Run run) {
    return run.out().lines().filter(line -> line.startsWith("result ")).toList();
  }

  private static double observed(Run run) {
    return run.out()
        .lines()
        .filter(line -> line.startsWith("observed "))
        .map(OBSERVED::matcher)
        .filter(Matcher::find)
        .mapToDouble(count -> Double.parseDouble(count.group(1)))
        .sum();
  }
}
