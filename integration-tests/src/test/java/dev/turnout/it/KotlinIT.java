package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What Kotlin's compiler makes of functions that are flagged. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KotlinIT {
  private RunsByJdk runs;

  static List<Path> jdks() {
    return Jdks.all();
  }

  static Stream<Arguments> shapes() {
    return RunsByJdk.each(
        "data-class-with-defaults",
        "top-level",
        "extension",
        "internal",
        "object",
        "static-of-object",
        "object-that-delegates",
        "object-with-a-delegate",
        "companion",
        "interface",
        "sealed-generic",
        "enum-body",
        "value-class",
        "early-return",
        "namesake-expression",
        "namesake-block",
        "namesake-that-returns",
        "namesake-top-level");
  }

  @BeforeAll
  void compileAndRun(@TempDir Path build) throws Exception {
    List<Path> classPath = JvmLanguage.KOTLIN.application(build, "kotlin");
    runs = RunsByJdk.of(build, HostAgent.half(build), classPath, "shop.ShapesKt");
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void function_isGated(String shape, Path jdk) {
    assertThat(runs.on(jdk).answer(shape)).isEqualTo(HostAgent.HALF);
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void suspendFunction_runsAsWritten_withOneLine(Path jdk) {
    Run run = runs.on(jdk);
    assertThat(run.answer("suspend")).isEqualTo("newnewnew");
    assertThat(run.agentLines())
        .filteredOn(line -> line.contains("MISWIRED") && line.contains("shop.Suspended"))
        .singleElement()
        .asString()
        .contains(
            "shop.Suspended#pay(java.lang.String,kotlin.coroutines.Continuation) runs ungated",
            "a Kotlin suspend method cannot be gated");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void inlineFunctionThatCallsOneOfItsName_isRefused_andNoFunctionThatOnlyCalls(Path jdk) {
    Run run = runs.on(jdk);
    assertThat(run.answer("inline")).isEqualTo("true");
    assertThat(run.agentLines())
        .filteredOn(line -> line.contains("MISWIRED") && line.contains("inline function"))
        .singleElement()
        .asString()
        .contains("shop.Inlined#any(", "a Kotlin inline function cannot be gated");
  }
}
