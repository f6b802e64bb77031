package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Classes that are loaded where the stack ends: the JVM has room to define them, and the agent none
 * to gate them. That is made up for, be there a gate in the JVM by then or not.
 */
class MissedClassesIT {
  @TempDir Path directory;

  static Stream<Arguments> runs() {
    return Stream.of("cold", "warm")
        .flatMap(before -> Jdks.all().stream().map(jdk -> Arguments.of(before, jdk)));
  }

  @ParameterizedTest
  @MethodSource("runs")
  void classesLoadedAtTheEndOfTheStack_areGatedALittleLater(String before, Path jdk)
      throws Exception {
    Files.writeString(
        directory.resolve("gates.yaml"),
        "gates: [{method: 'shop.Late#pay', flag: f, fallback: payOld}]");
    Files.writeString(directory.resolve("flags.yaml"), "flags: {f: {killed: true}}");
    Path classes = Javac.compile(directory.resolve("classes"), List.of(), "brink");
    // Forced, for there are JVMs that lose the names of parameters by that.
    String options =
        "gates-file=%1$s/gates.yaml,flags-file=%1$s/flags.yaml,state-directory=%1$s/state,force=true"
            .formatted(directory);
    List<String> arguments =
        List.of(GatedApp.agent(options), "-cp", classes.toString(), "shop.Brink", before);
    Run run = Run.of(jdk, "java", directory, arguments);
    assertThat(run.exit()).as(run.toString()).isZero();
    assertThat(run.answer("missed")).as(run.toString()).isEqualTo("true");
    assertThat(run.answer("ungated")).as(run.toString()).isEqualTo("0");
    assertThat(run.err()).contains("have their gates from now on");
  }
}
