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
    libraries.add(
        Javac.compileBy(
            jdk, directory.resolve("classes"), libraries, "split", "checkout", "helidon"));
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
}
