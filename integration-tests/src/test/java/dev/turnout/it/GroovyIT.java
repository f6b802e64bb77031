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

/** What Groovy makes of methods that are flagged, compiled statically and not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GroovyIT {
  private RunsByJdk runs;

  static List<Path> jdks() {
    return Jdks.all();
  }

  static Stream<Arguments> shapes() {
    return RunsByJdk.each(
        "dynamic",
        "dynamic-from-inside",
        "by-name",
        "method-pointer",
        "static-compiled",
        "static",
        "closure-in-body",
        "trait");
  }

  @BeforeAll
  void compileAndRun(@TempDir Path build) throws Exception {
    List<Path> classPath = JvmLanguage.GROOVY.application(build, "groovy");
    runs = RunsByJdk.of(build, HostAgent.half(build), classPath, "shop.Shapes");
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void method_isGated(String shape, Path jdk) {
    assertThat(runs.on(jdk).answer(shape)).isEqualTo(HostAgent.HALF);
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void methodReplacedAtRunTime_staysReplaced(Path jdk) {
    assertThat(runs.on(jdk).answer("replaced-at-run-time")).isEqualTo("replaced");
  }
}
