package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tomcat with two applications, each with the annotations and with libraries of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TomcatIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final int KIB_ALLOWED = 512;

  /** What a JVM loads for itself comes and goes; one class for each redeployment is a leak. */
  private static final int CLASSES_ALLOWED = 25;

  /** Collections take softly held classes too, such as those of reflection: they are no leak. */
  private static final String COLLECT_ALL = "-XX:SoftRefLRUPolicyMSPerMB=0";

  @TempDir Path directory;
  private List<Path> server;
  private Path one;
  private Path two;

  static List<Path> jdks() {
    return Jdks.all();
  }

  @BeforeAll
  void deploy(@TempDir Path build) throws Exception {
    List<Path> tomcat = Built.libraries("tomcat");
    server = new ArrayList<>(tomcat);
    server.add(Javac.compile(build.resolve("server"), tomcat, "tomcat"));
    one = application(build, "web-one");
    two = application(build, "web-two");
  }

  private Path application(Path build, String name) throws Exception {
    List<Path> libraries = new ArrayList<>(Built.libraries(name));
    libraries.add(Built.ANNOTATIONS);
    List<Path> classPath = new ArrayList<>(libraries);
    classPath.addAll(server);
    Path inside = build.resolve(name).resolve("WEB-INF");
    Javac.compile(inside.resolve("classes"), classPath, "split", "web");
    Path folder = Files.createDirectories(inside.resolve("lib"));
    for (Path library : libraries) {
      Files.copy(library, folder.resolve(library.getFileName()));
    }
    return build.resolve(name);
  }

  private Run run(Path jdk, int redeployments, String... options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("-Xverify:all", "-cp", Javac.classPath(server), "server.Server"));
    arguments.addAll(List.of(one.toString(), two.toString(), "" + redeployments));
    Run run = Run.of(jdk, "java", directory, Map.of(), arguments, LIMIT);
    assertThat(run.exit()).as(run.toString()).isZero();
    return run;
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void bothApplications_areGated_withLibrariesOfTheirOwn(Path jdk) throws Exception {
    Run run = run(jdk, 0, HostAgent.half(directory));
    for (String name : List.of("one", "two")) {
      assertThat(run.answer(name))
          .startsWith(HostAgent.HALF + " in context " + HostAgent.HALF + " sold 1.0 json [1] ");
    }
    assertThat(run.answer("one")).contains("jackson 2.17.3 ").endsWith("byte-buddy-1.14.19.jar");
    assertThat(run.answer("two")).contains("jackson 2.13.5 ").endsWith("byte-buddy-1.12.19.jar");
    assertThat(run.agentLines()).noneMatch(line -> line.contains("MISWIRED"));
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void applicationTakenAwayFiftyTimes_leavesNothingBehind(Path jdk) throws Exception {
    Run run = run(jdk, 50, COLLECT_ALL, HostAgent.half(directory));
    assertThat(run.answer("last")).isEqualTo(HostAgent.HALF);
    assertThat(run.answer("still")).isEqualTo(HostAgent.HALF);
    // The one most lately taken away may be held by what the server itself still remembers.
    assertThat(number(run, "kept")).isLessThanOrEqualTo(1);
    // The server's own part grows a little too.
    Run alone = run(jdk, 50, COLLECT_ALL);
    assertThat(number(run, "classes")).isLessThan(number(alone, "classes") + CLASSES_ALLOWED);
    assertThat(number(run, "metaspace")).isLessThan(number(alone, "metaspace") + KIB_ALLOWED);
  }

  private static int number(Run run, String word) {
    return Integer.parseInt(run.answer(word));
  }
}
