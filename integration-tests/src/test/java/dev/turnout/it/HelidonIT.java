package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Helidon, whose requests run on virtual threads. */
class HelidonIT {
  private static final int OLDEST_JAVA = 21;

  @TempDir Path directory;

  static List<Path> jdks() {
    return Jdks.all();
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void requestsOnVirtualThreads_areGated(Path jdk) throws Exception {
    assumeThat(Jdks.feature(jdk))
        .as("Helidon needs Java %s or newer, this JDK is older", OLDEST_JAVA)
        .isGreaterThanOrEqualTo(OLDEST_JAVA);
    List<Path> libraries = new ArrayList<>(Built.libraries("helidon"));
    libraries.add(Built.ANNOTATIONS);
    libraries.add(compile(jdk, libraries));
    Run run =
        Run.of(
            jdk,
            "java",
            directory,
            List.of(
                "-Xverify:all",
                HostAgent.half(directory),
                "-cp",
                Javac.classPath(libraries),
                "shop.Server"));
    assertThat(run.exit()).as(run.toString()).isZero();
    assertThat(run.answer("page")).isEqualTo(HostAgent.HALF + " virtual true");
  }

  // By that JDK's own compiler: the one that runs the tests may not know the libraries' format.
  private Path compile(Path jdk, List<Path> libraries) throws Exception {
    Path classes = directory.resolve("classes");
    List<String> arguments = new ArrayList<>(List.of("-proc:none", "-d", classes.toString()));
    arguments.addAll(List.of("-cp", Javac.classPath(libraries)));
    for (String application : List.of("split", "checkout", "helidon")) {
      Built.sources(application).forEach(source -> arguments.add(source.toString()));
    }
    Run run = Run.of(jdk, "javac", directory, arguments);
    assertThat(run.exit()).as(run.err()).isZero();
    return classes;
  }
}
