package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What docs/agent.md tells to compile by: javac of JDK 23 and newer takes less for granted. */
class WiringCheckIT {
  private static final Path PAGE =
      Path.of(System.getProperty("turnout.root")).resolve("docs/agent.md");

  @TempDir Path directory;

  static List<Path> jdks() {
    return Jdks.all();
  }

  private Run compileAsDocumented(Path jdk, String source) throws Exception {
    Files.writeString(directory.resolve("Game.java"), source);
    List<String> arguments = new ArrayList<>(List.of("-d", directory.toString()));
    arguments.addAll(documented());
    return Run.of(jdk, "javac", directory, arguments);
  }

  private static List<String> documented() throws IOException {
    String line =
        Files.readAllLines(PAGE).stream()
            .filter(each -> each.startsWith("javac "))
            .findFirst()
            .orElseThrow();
    String arguments = line.substring("javac ".length());
    return List.of(
        arguments.replace("turnout-annotations.jar", Built.ANNOTATIONS.toString()).split(" "));
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void wrongWiring_isACompileError_asThePageTellsToCompile(Path jdk) throws Exception {
    Run run =
        compileAsDocumented(
            jdk, "class Game { @dev.turnout.Flagged(\"f\") String play(String u) { return u; } }");
    assertThat(run.exit()).isNotZero();
    assertThat(run.err()).contains("play(String) has no fallback");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void rightWiring_compiles_asThePageTellsToCompile(Path jdk) throws Exception {
    Run run =
        compileAsDocumented(
            jdk,
            "class Game { @dev.turnout.Flagged(\"f\") String play(String u) { return u; }"
                + " String playFallback(String u) { return u; } }");
    assertThat(run.exit()).as(run.err()).isZero();
  }
}
