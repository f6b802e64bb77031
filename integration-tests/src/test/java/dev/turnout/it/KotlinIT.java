package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
  private final List<Path> classPath = new ArrayList<>();
  private final Map<Path, Run> runs = new HashMap<>();

  static List<Path> jdks() {
    return Jdks.all();
  }

  static Stream<Arguments> shapes() {
    return Stream.of(
            "data-class-with-defaults",
            "top-level",
            "extension",
            "internal",
            "object",
            "static-of-object",
            "companion",
            "interface",
            "sealed-generic",
            "enum-body",
            "value-class")
        .flatMap(shape -> jdks().stream().map(jdk -> Arguments.of(shape, jdk)));
  }

  @BeforeAll
  void compileAndRun(@TempDir Path build) throws Exception {
    classPath.addAll(Built.libraries("kotlin"));
    classPath.add(Built.ANNOTATIONS);
    classPath.add(Javac.compile(build.resolve("split"), List.of(), "split"));
    classPath.add(JvmLanguage.KOTLIN.compile(build.resolve("classes"), classPath, "kotlin"));
    for (Path jdk : jdks()) {
      Run run =
          Run.of(
              jdk,
              "java",
              build,
              List.of(
                  "-Xverify:all",
                  HostAgent.half(build),
                  "-cp",
                  Javac.classPath(classPath),
                  "shop.ShapesKt"));
      assertThat(run.exit()).as(run.toString()).isZero();
      runs.put(jdk, run);
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void function_isGated(String shape, Path jdk) {
    assertThat(runs.get(jdk).answer(shape)).isEqualTo(HostAgent.HALF);
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void suspendFunction_runsAsWritten_withOneLine(Path jdk) {
    Run run = runs.get(jdk);
    assertThat(run.answer("suspend")).isEqualTo("newnewnew");
    assertThat(run.agentLines())
        .filteredOn(line -> line.contains("MISWIRED"))
        .singleElement()
        .asString()
        .contains(
            "shop.Suspended#pay(java.lang.String,kotlin.coroutines.Continuation) runs ungated",
            "a Kotlin suspend method cannot be gated");
  }
}
