package dev.turnout.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What happens before the application's {@code main}, and whether anything does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PremainIT {
  /** Each settles something for good that is the application's to choose, or has deadlocked. */
  private static final List<String> NOT_BEFORE_MAIN =
      List.of(
          "java.util.logging.",
          "sun.util.logging.",
          "javax.management.",
          "sun.management.",
          "java.lang.management.",
          "java.nio.file.",
          "sun.nio.fs.",
          "java.nio.channels.",
          "sun.nio.ch.",
          "java.net.http.",
          "java.net.Socket",
          "java.net.InetAddress",
          "sun.net.www.",
          "java.security.Provider",
          "javax.net.",
          "java.util.concurrent.ForkJoinPool");

  @TempDir Path directory;
  private Path classes;
  private Path jar;

  static List<Path> jdks() {
    return Jdks.all();
  }

  @BeforeAll
  void compile(@TempDir Path build) throws Exception {
    classes =
        Javac.compile(
            build.resolve("classes"),
            List.of(Built.ANNOTATIONS),
            "split",
            "checkout",
            "plain",
            "hello",
            "readiness");
    jar = build.resolve("damaged.jar");
  }

  private List<String> onClassPath(String... rest) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of(rest).subList(0, rest.length - 1));
    arguments.addAll(List.of("-cp", Javac.classPath(List.of(Built.ANNOTATIONS, classes))));
    arguments.add(rest[rest.length - 1]);
    return arguments;
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void beforeMain_nothingIsLoadedThatTheApplicationMayWantToChoose(Path jdk) throws Exception {
    Set<String> loaded = loadedBeforeMain(jdk, HostAgent.half(directory));
    loaded.removeAll(loadedBeforeMain(jdk, "-Dno=agent"));
    // Of any jar that is opened twice, as the JVM and then the agent open the agent's.
    loaded.remove("sun.nio.fs.UnixFileKey");
    assertThat(loaded).contains("dev.turnout.bootstrap.TurnoutAgent");
    assertThat(loaded)
        .filteredOn(name -> NOT_BEFORE_MAIN.stream().anyMatch(name::startsWith))
        .isEmpty();
    assertThat(loaded).noneMatch(name -> name.contains("okhttp") || name.contains("micrometer"));
  }

  private Set<String> loadedBeforeMain(Path jdk, String option) throws Exception {
    return loaded(jdk, option, "Hello").stream()
        .takeWhile(name -> !name.equals("Hello"))
        .collect(Collectors.toSet());
  }

  /** What a program had the JVM load, in this order. */
  private List<String> loaded(Path jdk, String option, String mainClass) throws Exception {
    Path log = Files.createTempFile(directory, "classes", ".log");
    Run run =
        Run.of(
            jdk,
            "java",
            directory,
            onClassPath("-Xlog:class+load=info:file=" + log + "::filesize=0", option, mainClass));
    assertThat(run.exit()).as(run.toString()).isZero();
    return Files.readAllLines(log).stream()
        .map(line -> line.substring(line.lastIndexOf(']') + 1).strip().split(" ")[0])
        .toList();
  }

  private static List<String> between(String from, String to, List<String> loaded) {
    assertThat(loaded).contains(from, to);
    return loaded.subList(loaded.indexOf(from), loaded.indexOf(to));
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void whileTheApplicationStarts_theAgentGetsReady_andTheFirstGatedCallWaitsForLittle(Path jdk)
      throws Exception {
    List<String> loaded = loaded(jdk, HostAgent.half(directory), "shop.Ready");
    List<String> without = loaded(jdk, "-Dno=agent", "shop.Ready");

    List<String> rehearsed = loaded.subList(0, loaded.indexOf("shop.Rehearsed"));
    assertThat(rehearsed)
        .filteredOn(name -> NOT_BEFORE_MAIN.stream().anyMatch(name::startsWith))
        .filteredOn(name -> !name.equals("sun.nio.fs.UnixFileKey"))
        .isSubsetOf(without);
    assertThat(between("shop.Rehearsed", "shop.Called", loaded))
        .contains("shop.Checkout")
        .noneMatch(name -> name.contains("bytebuddy"))
        .noneMatch(name -> name.startsWith("dev.turnout.agent.weave."))
        .noneMatch(name -> name.startsWith("dev.turnout.agent.route.Gate"));
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void toolsOfTheJdk_areLeftAlone(Path jdk) throws Exception {
    Path log = directory.resolve("tool.log");
    Map<String, String> environment =
        Map.of(
            "JAVA_TOOL_OPTIONS",
            HostAgent.half(directory) + " -Xlog:class+load=info:file=" + log + "::filesize=0");
    String source = Built.sources("checkout").get(0).toString();
    for (String command :
        List.of(
            "javac -d out -cp " + Built.ANNOTATIONS + " " + source,
            "jcmd -l",
            "jar --version",
            "keytool -help",
            "jps -q")) {
      List<String> words = Arrays.asList(command.split(" "));
      Run run = Run.of(jdk, words.get(0), directory, environment, words.subList(1, words.size()));
      assertThat(run.exit()).as(command + run).isZero();
      assertThat(run.err().lines().filter(line -> line.contains("turnout]"))).isEmpty();
      assertThat(Files.readString(log))
          .as(command)
          .contains("dev.turnout.bootstrap.TurnoutAgent")
          .doesNotContain("dev.turnout.bootstrap.AgentStart");
    }
  }

  // The JVM opens the jar before any of it can run: nothing in the jar could prevent this.
  @ParameterizedTest
  @MethodSource("jdks")
  void jarCutShort_theJvmItselfRefusesToStart_andNamesTheJar(Path jdk) throws Exception {
    byte[] whole = Files.readAllBytes(Built.AGENT);
    Files.write(jar, Arrays.copyOf(whole, whole.length / 2));
    Run run = Run.of(jdk, "java", directory, onClassPath("-javaagent:" + jar, "Hello"));
    assertThat(run.exit()).isNotZero();
    assertThat(run.out()).doesNotContain("hello world");
    assertThat(run.err()).contains("Error opening zip file", jar.toString());
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void jarDamagedInside_oneLine_andTheApplicationRunsUngated(Path jdk) throws Exception {
    damage();
    Run run = runWithJar(jdk);
    assertThat(run.exit()).as(run.toString()).isZero();
    assertThat(run.answer("method")).isEqualTo("new 100 old 0");
    assertThat(run.agentLines())
        .singleElement()
        .asString()
        .contains("could not start, nothing is gated");
  }

  // Found out at the first gated class only: the application is on its way by then.
  @ParameterizedTest
  @MethodSource("jdks")
  void engineThatCannotBeLoaded_oneLine_andTheApplicationRunsUngated(Path jdk) throws Exception {
    Files.write(jar, without("dev/turnout/agent/Engine.class"));
    Run run = runWithJar(jdk);
    assertThat(run.exit()).as(run.toString()).isZero();
    assertThat(run.answer("method")).isEqualTo("new 100 old 0");
    assertThat(run.agentLines())
        .singleElement()
        .asString()
        .contains("could not start, so nothing is gated", "dev/turnout/agent/Engine");
  }

  // The agent's jar with another name in place of this entry's, in the header by which it is found.
  private static byte[] without(String entry) throws IOException {
    byte[] bytes = Files.readAllBytes(Built.AGENT);
    int at = new String(bytes, ISO_8859_1).indexOf(entry);
    assertThat(at).isPositive();
    Arrays.fill(bytes, at, at + entry.length(), (byte) 'x');
    return bytes;
  }

  private Run runWithJar(Path jdk) throws Exception {
    return Run.of(
        jdk,
        "java",
        directory,
        onClassPath(
            "-Xverify:all",
            HostAgent.option(directory, "percentage: 0")
                .replace(Built.AGENT.toString(), jar.toString()),
            "shop.Main"));
  }

  private void damage() throws IOException {
    byte[] bytes = Files.readAllBytes(Built.AGENT);
    Arrays.fill(bytes, bytes.length / 50, bytes.length / 10 * 9, (byte) 0);
    Files.write(jar, bytes);
  }
}
