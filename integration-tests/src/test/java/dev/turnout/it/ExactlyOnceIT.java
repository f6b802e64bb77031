package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Hundreds of methods of all kinds: with the flag on they do what they do without the agent, with
 * the flag off what their fallbacks do, once, to the same exception and stack trace.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExactlyOnceIT {
  private static final int METHODS_AT_LEAST = 500;

  @TempDir Path directory;
  private Path classes;

  static List<Path> jdks() {
    return Jdks.all();
  }

  @BeforeAll
  void generate(@TempDir Path build) throws Exception {
    Path source = Files.writeString(build.resolve("Shapes.java"), MethodShapes.source());
    classes = Javac.compile(build.resolve("classes"), List.of(Built.ANNOTATIONS), source);
  }

  private List<String> run(Path jdk, String option, String argument) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("-Xverify:all", option, "-cp"));
    arguments.add(Javac.classPath(List.of(classes, Built.ANNOTATIONS)));
    arguments.addAll(List.of("Shapes", argument));
    Run run = Run.of(jdk, "java", directory, arguments);
    assertThat(run.exit()).as(run.err()).isZero();
    return run.out().lines().toList();
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void on_everyMethodDoesWhatItDoesWithoutTheAgent(Path jdk) throws Exception {
    List<String> plain = run(jdk, "-Dno=agent", "new");
    assertThat(plain).hasSizeGreaterThan(METHODS_AT_LEAST);
    assertThat(run(jdk, HostAgent.option(directory, "percentage: 100"), "await")).isEqualTo(plain);
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void off_everyMethodDoesWhatItsFallbackDoes(Path jdk) throws Exception {
    List<String> fallbacks = run(jdk, "-Dno=agent", "old");
    assertThat(fallbacks).hasSizeGreaterThan(METHODS_AT_LEAST);
    List<String> gated = run(jdk, HostAgent.option(directory, "percentage: 0"), "new");
    // The fallback is called by the method that it stands in for, and a bridge leads to that.
    assertThat(gated.stream().map(line -> line.replaceAll("(Old:[0-9]+) < m[0-9]+:-?[0-9]+", "$1")))
        .map(line -> line.replace("Old", ""))
        .containsExactlyElementsOf(
            fallbacks.stream().map(line -> line.replace("Old", "")).toList());
  }
}
