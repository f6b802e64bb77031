package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Methods by where they are declared and by what their bodies do, half of their users each way. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KindsOfMethodIT {
  static final String FLAGS =
      """
      flags:
        checkout: {percentage: 50}
        loyalty: {percentage: 50}
        "on": {percentage: 100}
        "off": {percentage: 0}
      """;

  private RunsByJdk runs;

  static List<Path> jdks() {
    return Jdks.all();
  }

  static Stream<Arguments> kinds() {
    return RunsByJdk.each(
        "base",
        "overridden-fallback",
        "interface-default",
        "interface-static",
        "interface-private",
        "record",
        "enum",
        "enum-body",
        "inner",
        "anonymous",
        "local",
        "lambda-and-anonymous-in-body",
        "sealed",
        "bridge",
        "generic",
        "reassigned-parameters",
        "synchronized",
        "synchronized-static",
        "recursion");
  }

  static Stream<Arguments> overrides() {
    return RunsByJdk.each("override", "override-inherited", "interface-override");
  }

  @BeforeAll
  void compileAndRun(@TempDir Path build) throws Exception {
    Path classes =
        Javac.compile(build.resolve("classes"), List.of(Built.ANNOTATIONS), "split", "kinds");
    Path flags = Files.writeString(build.resolve("flags.yaml"), FLAGS);
    String agent =
        GatedApp.agent("flags-file=" + flags + ",state-directory=" + build.resolve("state"));
    runs = RunsByJdk.of(build, agent, List.of(classes, Built.ANNOTATIONS), "shop.Kinds");
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void method_isGated(String kind, Path jdk) {
    assertThat(runs.on(jdk).answer(kind)).isEqualTo(HostAgent.HALF);
  }

  // Both are flagged, each by a flag of its own, and the one calls super's.
  @ParameterizedTest
  @MethodSource("overrides")
  void overridingMethod_isAGateOfItsOwn(String kind, Path jdk) {
    assertThat(runs.on(jdk).answer(kind)).isEqualTo("100 right, 4 combinations");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void recordAccessor_isGated(Path jdk) {
    assertThat(runs.on(jdk).answer("record-accessor")).isEqualTo("42");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void parametersReassigned_fallbackAfterTheFailureGetsThemAsTheyWere(Path jdk) {
    assertThat(runs.on(jdk).answer("reassigned-then-failed")).isEqualTo("u 7 2.5 after true");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void monitor_isHeldByOneThreadAndGivenBack(Path jdk) {
    assertThat(runs.on(jdk).answer("synchronized-contended")).isEqualTo("true true");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void stackOverflowThroughGates_isTheApplicationsOwn_andGatesWorkOn(Path jdk) {
    assertThat(runs.on(jdk).answer("recursion-without-end")).isEqualTo("old new");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void abstractAndNative_areLeftAlone_withOneLineEach(Path jdk) {
    Run run = runs.on(jdk);
    assertThat(run.answer("refused")).isEqualTo("as written");
    assertThat(run.agentLines())
        .filteredOn(line -> line.contains("MISWIRED"))
        .hasSize(2)
        .anyMatch(line -> line.endsWith("an abstract method cannot be gated"))
        .anyMatch(line -> line.endsWith("a native method cannot be gated"));
  }
}
