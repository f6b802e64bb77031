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

/** What Groovy makes of methods that are flagged, compiled statically and not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GroovyIT {
  private final List<Path> classPath = new ArrayList<>();
  private final Map<Path, Run> runs = new HashMap<>();

  static List<Path> jdks() {
    return Jdks.all();
  }

  static Stream<Arguments> shapes() {
    return Stream.of(
            "dynamic",
            "dynamic-from-inside",
            "by-name",
            "method-pointer",
            "static-compiled",
            "static",
            "closure-in-body",
            "trait")
        .flatMap(shape -> jdks().stream().map(jdk -> Arguments.of(shape, jdk)));
  }

  @BeforeAll
  void compileAndRun(@TempDir Path build) throws Exception {
    classPath.addAll(Built.libraries("groovy"));
    classPath.add(Built.ANNOTATIONS);
    classPath.add(Javac.compile(build.resolve("split"), List.of(), "split"));
    classPath.add(JvmLanguage.GROOVY.compile(build.resolve("classes"), classPath, "groovy"));
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
                  "shop.Shapes"));
      assertThat(run.exit()).as(run.toString()).isZero();
      runs.put(jdk, run);
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void method_isGated(String shape, Path jdk) {
    assertThat(runs.get(jdk).answer(shape)).isEqualTo(HostAgent.HALF);
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void methodReplacedAtRunTime_staysReplaced(Path jdk) {
    assertThat(runs.get(jdk).answer("replaced-at-run-time")).isEqualTo("replaced");
  }
}
