package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Agents that rewrite the very methods that are gated: whoever comes first, all do their work. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OtherAgentsIT {
  @TempDir Path directory;
  private Path classes;

  static List<Path> jdks() {
    return Jdks.all();
  }

  static Stream<Arguments> jdksAndOrders() {
    return jdks().stream()
        .flatMap(jdk -> Stream.of(Arguments.of(jdk, true), Arguments.of(jdk, false)));
  }

  @BeforeAll
  void compile(@TempDir Path build) throws Exception {
    List<Path> classPath = new ArrayList<>(Built.libraries("mockito"));
    classPath.add(Built.ANNOTATIONS);
    classes =
        Javac.compile(build.resolve("classes"), classPath, "split", "checkout", "plain", "mockito");
  }

  private Run run(Path jdk, String main, List<Path> libraries, List<String> options)
      throws Exception {
    List<Path> classPath = new ArrayList<>(libraries);
    classPath.addAll(List.of(classes, Built.ANNOTATIONS));
    List<String> arguments = new ArrayList<>(List.of("-Xverify:all"));
    arguments.addAll(options);
    arguments.addAll(List.of("-cp", Javac.classPath(classPath), main));
    Run run = Run.of(jdk, "java", directory, arguments);
    assertThat(run.exit()).as(run.toString()).isZero();
    return run;
  }

  private List<String> inOrder(boolean first, String other) throws Exception {
    String own = HostAgent.half(directory);
    return first ? List.of(own, other) : List.of(other, own);
  }

  private static String other(String host, String options) throws Exception {
    return "-javaagent:" + Built.libraries(host).get(0) + options;
  }

  @ParameterizedTest
  @MethodSource("jdksAndOrders")
  void openTelemetry_tracesTheGatedMethod(Path jdk, boolean first) throws Exception {
    List<String> options = new ArrayList<>(inOrder(first, other("opentelemetry", "")));
    // That agent loads thousands of classes: optimising them would take longer than running them.
    options.add("-XX:TieredStopAtLevel=1");
    options.add("-Dotel.instrumentation.methods.include=shop.Checkout[pay]");
    options.add("-Dotel.traces.exporter=console");
    options.add("-Dotel.metrics.exporter=none");
    options.add("-Dotel.logs.exporter=none");
    Run run = run(jdk, "shop.Main", List.of(), options);
    assertThat(run.answer("method")).isEqualTo(HostAgent.HALF);
    assertThat(run.out() + run.err()).contains("'Checkout.pay'");
  }

  @ParameterizedTest
  @MethodSource("jdksAndOrders")
  void jacoco_coversBothPaths_ofTheClassFileAsItWasBuilt(Path jdk, boolean first) throws Exception {
    Path exec = directory.resolve("of" + first + ".exec");
    List<String> options =
        inOrder(first, other("jacoco-agent", "=includes=shop.*,append=false,destfile=" + exec));
    Run run = run(jdk, "shop.Main", List.of(), options);
    assertThat(run.answer("method")).isEqualTo(HostAgent.HALF);
    Run coverage = coverage(jdk, exec);
    assertThat(coverage.answer("matches")).isEqualTo("true");
    assertThat(coverage.answer("pay")).isEqualTo("0 missed");
    assertThat(coverage.answer("payOld")).isEqualTo("0 missed");
    assertThat(coverage.answer("refund")).isEqualTo("2 missed");
  }

  private Run coverage(Path jdk, Path exec) throws Exception {
    List<Path> classPath = new ArrayList<>(Built.libraries("jacoco"));
    classPath.add(Javac.compile(directory.resolve("coverage"), classPath, "coverage"));
    Run run =
        Run.of(
            jdk,
            "java",
            directory,
            List.of(
                "-cp",
                Javac.classPath(classPath),
                "Coverage",
                exec.toString(),
                classes.resolve("shop/Checkout.class").toString()));
    assertThat(run.exit()).as(run.toString()).isZero();
    return run;
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void mockito_mocksTheGatedClass_whichStaysGated(Path jdk) throws Exception {
    Run run =
        run(
            jdk,
            "shop.Mocks",
            Built.libraries("mockito"),
            List.of(
                "-XX:+IgnoreUnrecognizedVMOptions",
                "-XX:+EnableDynamicAgentLoading",
                HostAgent.half(directory)));
    assertThat(run.answer("before")).isEqualTo(HostAgent.HALF);
    assertThat(run.answer("inline")).isEqualTo("true");
    assertThat(run.answer("mock")).isEqualTo("mocked null");
    assertThat(run.answer("spy")).isEqualTo(HostAgent.HALF);
    assertThat(run.answer("subclass")).isEqualTo("false");
    assertThat(run.answer("stub")).isEqualTo("new 100 old 0");
    assertThat(run.answer("after")).isEqualTo(HostAgent.HALF);
  }
}
