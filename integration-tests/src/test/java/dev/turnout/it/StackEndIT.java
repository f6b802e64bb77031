package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A gate's first call at the end of the stack: what fails to initialise in the JVM there would fail
 * for the rest of its life, and every gate with it.
 */
class StackEndIT {
  @TempDir Path directory;

  static List<Path> jdks() {
    return Jdks.all();
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void firstCallAtTheEndOfTheStack_breaksNoLaterCall(Path jdk) throws Exception {
    Files.writeString(
        directory.resolve("gates.yaml"), "observe: [{methods: 'shop.Deep#observed', name: d}]\n");
    Path classes = Javac.compile(directory.resolve("classes"), List.of(), "deep");
    Run run =
        Run.of(
            jdk,
            "java",
            directory,
            List.of(
                "-Xverify:all",
                GatedApp.agent(
                    "gates-file=%1$s/gates.yaml,state-directory=%1$s/state".formatted(directory)),
                "-cp",
                classes.toString(),
                "shop.Deep"));
    assertThat(run.exit()).as(run.toString()).isZero();
    assertThat(run.answer("later")).as(run.toString()).isEqualTo("3");
    assertThat(run.answer("linked")).as(run.toString()).isEqualTo("0");
  }
}
