package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The packed jar in front of an application, on every JDK there is. */
class PackedAgentIT {
  @TempDir Path directory;
  private GatedApp shop;
  private Path flags;

  static List<Path> jdks() {
    return Jdks.all();
  }

  @BeforeEach
  void compile() throws IOException {
    shop = GatedApp.compile(directory, "Shop");
    flags = directory.resolve("flags.yaml");
  }

  private String agent(String more) {
    return GatedApp.agent(
        "flags-file=" + flags + ",state-directory=" + directory.resolve("state") + more);
  }

  private void flag(String definition) throws IOException {
    Files.writeString(flags, "flags:\n  checkout: {" + definition + "}\n");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void flagOn_newPathRuns(Path jdk) throws Exception {
    flag("percentage: 100");
    Run run = shop.run(jdk, List.of("-Xverify:all", agent("")), "call", "until=new");
    assertThat(run.exit()).as(run.err()).isZero();
    // Before any decision was known the fallback ran, then the new path.
    assertThat(run.out()).endsWith("answer new\n");
  }

  /** As another agent does whose libraries are not renamed. */
  @ParameterizedTest
  @MethodSource("jdks")
  void librariesOfSameNamesInFrontOfAll_areNotTheAgents(Path jdk) throws Exception {
    Path foreign = directory.resolve("foreign");
    for (String name : List.of("tools.jackson.core.JsonParser", "dev.turnout.flags.FlagKey")) {
      int dot = name.lastIndexOf('.');
      Path source = foreign.resolve(name.substring(dot + 1) + ".java");
      Files.createDirectories(foreign);
      Files.writeString(
          source,
          "package %s; public class %s {}"
              .formatted(name.substring(0, dot), name.substring(dot + 1)));
      Javac.compile(foreign, List.of(), source);
    }
    flag("percentage: 100");
    Run run =
        shop.run(jdk, List.of("-Xbootclasspath/a:" + foreign, agent("")), "call", "until=new");
    assertThat(run.out()).as(run.err()).endsWith("answer new\n");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void noFlagKnown_fallbackRuns(Path jdk) throws Exception {
    Files.writeString(flags, "flags: {}\n");
    Run run = shop.run(jdk, List.of(agent("")), "until=new");
    assertThat(run.out()).isEqualTo("answer old\n");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void failures_trip_andStayOffAfterRestart(Path jdk) throws Exception {
    flag("percentage: 100, limits: [{metric: error_rate, above: 5}]");
    Run run = shop.run(jdk, List.of(agent("")), "until=new", "fail", "until=old", "linger=500");
    assertThat(run.out()).isEqualTo("answer new\nanswer old\n");
    assertThat(run.err().lines().filter(line -> line.contains("TRIPPED")))
        .singleElement()
        .asString()
        .contains("checkout", "error_rate > 5 %", "calls were bad");
    Run again = shop.run(jdk, List.of(agent("")), "until=new");
    assertThat(again.out()).isEqualTo("answer old\n");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void failuresOfAJvmThatGoesDown_tripNothing(Path jdk) throws Exception {
    flag("percentage: 100, limits: [{metric: error_rate, above: 5}]");
    Run run = shop.run(jdk, List.of(agent("")), "until=new", "fail-at-exit=1500");
    assertThat(run.out()).isEqualTo("answer new\nanswer failed\n");
    assertThat(run.err()).doesNotContain("TRIPPED");
    Run again = shop.run(jdk, List.of(agent("")), "until=new");
    assertThat(again.out()).isEqualTo("answer new\n");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void hostAndDirectoryThatAreOfNoUse_areToldInALineEach_andTheRestWorks(Path jdk)
      throws Exception {
    flag("percentage: 100, limits: [{metric: error_rate, above: 5}]");
    Path file = Files.writeString(directory.resolve("file"), "");
    String options =
        ",metrics-port=0,metrics-host=nowhere.invalid,state-directory=" + file.resolve("state");
    Run run = shop.run(jdk, List.of(agent(options)), "until=new", "fail", "until=old");
    assertThat(run.out()).isEqualTo("answer new\nanswer old\n");
    assertThat(run.err().lines().filter(line -> line.contains("metrics-")))
        .singleElement()
        .asString()
        .startsWith("[turnout] metrics-host \"nowhere.invalid\" cannot be resolved: it must be ")
        .endsWith("; the agent goes on without the port");
    assertThat(run.err().lines().filter(line -> line.contains("in memory")))
        .singleElement()
        .asString()
        .startsWith("[turnout] state-directory " + file.resolve("state") + " cannot be used: ")
        .contains(file + " is no directory; ");
    assertThat(run.err()).contains("TRIPPED").doesNotContain("Exception");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void everyCall_isCountedOnce_whateverTheThreads(Path jdk) throws Exception {
    flag("percentage: 40");
    int port = HostAgent.freePort();
    String page = "http://127.0.0.1:" + port + "/metrics";
    Run run =
        shop.run(
            jdk,
            List.of(agent(",metrics-port=" + port)),
            "linger=1500",
            "burst=25000",
            "fail",
            "burst=1000",
            "counts",
            "get=" + page);
    String[] counts = line(run, "counts ").split(" ");
    long newCalls = Long.parseLong(counts[1]);
    long failures = Long.parseLong(counts[2]);
    long oldCalls = Long.parseLong(counts[3]);
    assertThat(newCalls + oldCalls).isEqualTo(104_000);
    assertThat(failures).isPositive();
    String flag = "turnout_calls_total{flag=\"checkout\",";
    assertThat(number(run, flag + "outcome=\"success\",variant=\"on\"}"))
        .isEqualTo(newCalls - failures);
    assertThat(number(run, flag + "outcome=\"error\",variant=\"on\"}")).isEqualTo(failures);
    assertThat(number(run, flag + "outcome=\"success\",variant=\"off\"}")).isEqualTo(oldCalls);
    double decided = 0;
    for (String reason : List.of("DEFAULT", "SPLIT")) {
      String meter = "turnout_decisions_total{flag=\"checkout\",reason=\"" + reason + "\"}";
      decided += run.out().contains(meter) ? number(run, meter) : 0;
    }
    assertThat(decided).isEqualTo(104_000);
  }

  private static String line(Run run, String start) {
    return run.out()
        .lines()
        .filter(line -> line.startsWith(start))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no line " + start + " in " + run));
  }

  private static double number(Run run, String meter) {
    return Double.parseDouble(line(run, meter + " ").substring(meter.length() + 1));
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void application_seesOnlyTheBootstrapPackage(Path jdk) throws Exception {
    flag("percentage: 100");
    Run run =
        shop.run(
            jdk,
            List.of(agent(",metrics-port=0")),
            "until=new",
            "visible=dev.turnout.bootstrap.GateSite",
            "visible=dev.turnout.agent.AgentMain",
            "visible=dev.turnout.flags.Flag",
            "visible=dev.turnout.client.ControlClient",
            "visible=okhttp3.OkHttpClient",
            "visible=kotlin.Unit",
            "visible=tools.jackson.databind.ObjectMapper",
            "visible=io.micrometer.core.instrument.MeterRegistry",
            "visible=net.bytebuddy.ByteBuddy");
    assertThat(run.out().lines().filter(line -> line.endsWith("visible true")))
        .containsExactly("dev.turnout.bootstrap.GateSite visible true");
    assertThat(run.out().lines().filter(line -> line.endsWith("visible false"))).hasSize(8);
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void logManager_isTheApplicationsToChoose(Path jdk) throws Exception {
    flag("percentage: 100");
    Run run = shop.run(jdk, List.of(agent(",metrics-port=0")), "until=new", "logmanager");
    assertThat(run.out()).endsWith("log manager Shop$OwnLogManager\n");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void tlsSettings_areTheApplicationsToChoose(Path jdk) throws Exception {
    flag("percentage: 100");
    Path token = Files.writeString(directory.resolve("agent.token"), "t");
    String server = ",server=http://127.0.0.1:" + HostAgent.freePort() + ",token-file=" + token;
    Run run = shop.run(jdk, List.of(agent(server)), "until=new", "linger=2000", "tls");
    assertThat(run.out()).endsWith("tls TLSv1.2\n");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void annotationsLeftAtHome_gatedAllTheSame(Path jdk) throws Exception {
    flag("percentage: 0, killed: true");
    Run run = shop.runWithoutAnnotations(jdk, List.of(agent("")), "until=old");
    assertThat(run.out()).as(run.err()).isEqualTo("answer old\n");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void sourceFileThatJavaRuns_isGatedInMemory(Path jdk) throws Exception {
    flag("percentage: 0");
    String source = Built.sources("Shop.java").get(0).toString();
    List<String> command = List.of(agent(""), "-cp", Built.ANNOTATIONS.toString(), source, "call");
    Run run = Run.of(jdk, "java", directory, command);
    assertThat(run.out()).as(run.err()).isEqualTo("answer old\n");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void disabled_asIfTheAgentWereNotThere(Path jdk) throws Exception {
    flag("percentage: 0");
    Run run = shop.run(jdk, List.of("-Dturnout.enabled=false", agent("")), "call");
    assertThat(run.out()).isEqualTo("answer new\n");
    assertThat(run.err()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void wrongOption_oneLineAndUngated(Path jdk) throws Exception {
    Run run = shop.run(jdk, List.of(GatedApp.agent("servr=http://x")), "call");
    assertThat(run.exit()).isZero();
    assertThat(run.out()).isEqualTo("answer new\n");
    assertThat(run.err().lines().filter(line -> line.startsWith("[turnout]")))
        .singleElement()
        .asString()
        .contains("there is no option \"servr\"");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void unreadableFlagsFile_oneLineAndFallback(Path jdk) throws Exception {
    Files.writeString(flags, "flags: {checkout: {percentage: 101}}\n");
    Run run = shop.run(jdk, List.of(agent("")), "until=new");
    assertThat(run.out()).isEqualTo("answer old\n");
    assertThat(run.err().lines().filter(line -> line.startsWith("[turnout] the flags file")))
        .singleElement()
        .asString()
        .contains("percentage: must be a number from 0 to 100, not 101");
  }

  @Test
  void jar_showsNothingButTheBootstrapPackage() throws IOException {
    try (JarFile jar = new JarFile(Built.AGENT.toFile())) {
      assertThat(jar.stream().map(entry -> entry.getName()).filter(n -> n.endsWith(".class")))
          .isNotEmpty()
          .hasSizeLessThan(20)
          .allMatch(name -> name.startsWith("dev/turnout/bootstrap/"));
    }
  }
}
