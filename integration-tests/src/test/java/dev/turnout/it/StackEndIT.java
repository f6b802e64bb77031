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
 * Gated calls at the end of the stack. At the first one, what fails to initialise in the JVM would
 * fail for the rest of its life, and every gate with it; at any other, what the gate adds may have
 * no room where the method has.
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
        directory.resolve("gates.yaml"),
        "observe: [{methods: 'shop.Deep#observed', name: d}, {methods: 'shop.Deep#again', name: d}]");
    int port = HostAgent.freePort();
    Run run = run(jdk, "-Dport=" + port, ",metrics-port=" + port, "shop.Deep");
    assertThat(run.answer("later")).as(run.toString()).isEqualTo("3");
    assertThat(run.answer("linked")).as(run.toString()).isEqualTo("0");
    assertThat(run.answer("counted")).as(run.toString()).isEqualTo("true");
  }

  private Run run(Path jdk, String jvmOption, String options, String mainClass) throws Exception {
    Path classes = Javac.compile(directory.resolve("classes"), List.of(), "deep");
    String files = "gates-file=%1$s/gates.yaml,state-directory=%1$s/state".formatted(directory);
    List<String> arguments =
        List.of(
            "-Xverify:all",
            jvmOption,
            GatedApp.agent(files + options),
            "-cp",
            classes.toString(),
            mainClass);
    Run run = Run.of(jdk, "java", directory, arguments);
    assertThat(run.exit()).as(run.toString()).isZero();
    return run;
  }

  static Stream<Arguments> compilers() {
    return Stream.of("-Xint", "-XX:TieredStopAtLevel=1", "-XX:+TieredCompilation")
        .flatMap(compiler -> Jdks.all().stream().map(jdk -> Arguments.of(compiler, jdk)));
  }

  @ParameterizedTest
  @MethodSource("compilers")
  void callsAtEveryDepthOfTheStack_runOnePathOnceOrNone(String compiler, Path jdk)
      throws Exception {
    Files.writeString(
        directory.resolve("gates.yaml"),
        """
        gates:
          - {method: shop.Sweep#routed, flag: f, fallback: routedOld}
          - {method: shop.Sweep#recovered, flag: f, fallback: recoveredOld, on_error: fallback}
        observe:
          - methods: shop.Sweep#*
            name: observed
            except: ["*#main", "*#link", "*#descend", "*#shift", "*#*Old", "*#lambda*"]
        """);
    Files.writeString(directory.resolve("flags.yaml"), "flags: {f: {percentage: 100}}");
    Run run = run(jdk, compiler, ",flags-file=" + directory + "/flags.yaml", "shop.Sweep");
    assertThat(run.err()).contains("flag f: 100 %");
    for (int kind = 0; kind < 8; kind++) {
      assertThat(run.answer("wrong" + kind)).as(run.toString()).isEqualTo("0");
      assertThat(run.answer("both" + kind)).as(run.toString()).isEqualTo("true");
    }
  }
}
