package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The commands about one running JVM, against one whose gated methods have run before. */
class AttachIT {
  private static final int REFUSED = 1;
  private static final int USAGE = 2;
  private static final int UNREACHABLE = 3;
  private static final int NOT_AUTHORISED = 5;

  @TempDir Path directory;
  private RunningApp application;

  static List<Path> jdks() {
    return Jdks.all();
  }

  @BeforeEach
  void compile() throws IOException {
    RunningApp.compile(directory);
    flag("percentage: 0");
  }

  private void start(Path jdk, String... options) throws IOException {
    start(List.of(), jdk, options);
  }

  private void start(List<String> by, Path jdk, String... options) throws IOException {
    application = RunningApp.start(directory, by, jdk, options);
  }

  @AfterEach
  void stop() {
    if (application != null) {
      application.close();
    }
  }

  private String answer() throws IOException {
    return answer("user-1");
  }

  private String answer(String user) throws IOException {
    return application.answer(user);
  }

  private void flag(String definition) throws IOException {
    Files.writeString(
        directory.resolve("flags.yaml"), "flags:\n  checkout: {" + definition + "}\n");
  }

  private Run turnout(Path jdk, String command, String... options) throws Exception {
    return application.turnout(jdk, command, List.of(options), Map.of());
  }

  private List<String> options() {
    return List.of(
        "flags-file=" + directory.resolve("flags.yaml"),
        "state-directory=" + directory.resolve("state"));
  }

  private Run attach(Path jdk, String... more) throws Exception {
    List<String> options = new ArrayList<>(options());
    options.addAll(List.of(more));
    return turnout(jdk, "attach", options.toArray(String[]::new));
  }

  // JDK-8240908
  private static boolean losesNames(Path jdk) {
    Runtime.Version version = Jdks.version(jdk);
    return version.feature() == 17
        ? version.compareTo(Runtime.Version.parse("17.0.20")) < 0
        : version.feature() < 19;
  }

  // JDK-8376185
  private static boolean corruptsRecords(Path jdk) {
    return Jdks.version(jdk).compareTo(Runtime.Version.parse("25.0.4")) < 0;
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void attachByForce_gatesWhatIsLoaded_andDetachTakesItOutAgain(Path jdk) throws Exception {
    start(jdk);
    assertThat(answer()).isEqualTo("new shop, record new user-1");
    // More than once: whoever was detached can be attached to again.
    for (int round = 0; round < 2; round++) {
      flag("percentage: 0");
      Run attached = attach(jdk, "force=true");
      assertThat(attached.exit()).as(attached.toString()).isZero();
      // One class is broken, and costs no other its gates.
      assertThat(attached.out()).startsWith("3 of 4 gates in loaded classes are in place");
      assertThat(answer()).isEqualTo("old shop, record old user-1");
      assertThat(answer("generated")).isEqualTo("old generated");
      flag("percentage: 100");
      await().until(() -> answer().equals("new shop, record new user-1"));

      Run shown = turnout(jdk, "agent");
      assertThat(shown.exit()).as(shown.toString()).isZero();
      assertThat(shown.out())
          .containsPattern("shop\\.Running#pay\\(java\\.lang\\.String\\) +checkout +yes")
          .containsPattern("checkout +on +100\\.0 ")
          .contains("flags-file", "agent argument");

      flag("percentage: 0");
      await().until(() -> answer().equals("old shop, record old user-1"));
      Run detached = turnout(jdk, "detach", "--yes", "--json");
      assertThat(detached.exit()).as(detached.toString()).isZero();
      assertThat(detached.out())
          .isEqualTo(
              ("{\"pid\":%d,\"answer\":\"the gated classes are as they were written; every caller"
                      + " takes the new implementation now, of these flags too, which were stopped"
                      + " or at 0 %%: checkout (at 0 %%)\"}\n")
                  .formatted(application.pid()));
      assertThat(answer()).isEqualTo("new shop, record new user-1");
      assertThat(answer("generated")).isEqualTo("new generated");
    }
    application.process().getOutputStream().close();
    assertThat(application.process().waitFor()).isZero();
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void attach_whereTheJvmWouldLoseSomething_isRefusedInOneLine(Path jdk) throws Exception {
    start(jdk);
    assertThat(answer()).isEqualTo("new shop, record new user-1");
    Run attached = attach(jdk);
    if (losesNames(jdk)) {
      assertThat(attached.exit()).isEqualTo(REFUSED);
      assertThat(attached.err().lines())
          .singleElement()
          .asString()
          .contains("loses the names of parameters", "JDK-8240908", "force=true");
      assertThat(answer()).isEqualTo("new shop, record new user-1");
      assertThat(turnout(jdk, "agent").err()).contains("no agent is running in this JVM");
    } else {
      assertThat(attached.exit()).as(attached.toString()).isZero();
      String record = corruptsRecords(jdk) ? "new" : "old";
      assertThat(answer()).isEqualTo("old shop, record " + record + " user-1");
      assertThat(turnout(jdk, "agent").out().contains("JDK-8376185"))
          .isEqualTo(corruptsRecords(jdk));
    }
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void attachTwice_theSecondIsRefused_andTheFirstWorksOn(Path jdk) throws Exception {
    start(jdk);
    assertThat(attach(jdk, "force=true").exit()).isZero();
    Run second = attach(jdk, "force=true");
    assertThat(second.exit()).isEqualTo(REFUSED);
    assertThat(second.err()).contains("an agent is running in this JVM already; detach it first");
    assertThat(answer()).startsWith("old shop");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void jvmThatIsStopped_isNotWaitedForForEver(Path jdk) throws Exception {
    start(jdk);
    assertThat(attach(jdk, "force=true").exit()).isZero();
    signal("STOP");
    Run asked = turnout(jdk, "agent", "--timeout", "1");
    signal("CONT");
    assertThat(asked.exit()).isEqualTo(UNREACHABLE);
    assertThat(asked.err()).contains("has not answered for 1 s: it is stopped, or still at it");
    assertThat(turnout(jdk, "agent", "--timeout", "0").err()).contains("1 to 86400 seconds, not 0");
    assertThat(turnout(jdk, "agent").exit()).isZero();
  }

  @ParameterizedTest
  @MethodSource("jdks")
  @EnabledOnOs(OS.LINUX)
  void jvmThatASignalWouldEnd_isNotAttachedTo_andRunsOn(Path jdk) throws Exception {
    start(jdk, "-Xrs");
    assertThat(answer()).startsWith("new shop");
    assertThat(turnout(jdk, "agent").err()).contains("no agent is running in this JVM");
    // As what clears a temporary directory does; without it there is the signal only.
    Files.delete(Path.of("/tmp/.java_pid" + application.pid()));
    Run asked = turnout(jdk, "agent");
    assertThat(asked.exit()).isEqualTo(REFUSED);
    assertThat(asked.err()).contains("cannot be attached to", "-Xrs");
    assertThat(answer()).startsWith("new shop");
  }

  // The first process of all is the superuser's.
  @Test
  @EnabledOnOs(OS.LINUX)
  void processOfAnotherUser_isNotAttachedTo_andItIsSaidAsWhom() throws Exception {
    String turnout = Built.TURNOUT.toString();
    List<String> asNobody = List.of("--reuid=65534", "--regid=65534", "--clear-groups", turnout);
    boolean root = System.getProperty("user.name").equals("root");
    assumeThat(Path.of("/proc/1"))
        .as("needs a first process that is the superuser's, and to be seen")
        .satisfies(first -> assertThat(Files.getOwner(first).getName()).isEqualTo("root"));
    assumeThat(!root || works("setpriv", asNobody, "--version"))
        .as("needs setpriv, and a build that other users can read")
        .isTrue();
    Run asked =
        root ? run("setpriv", asNobody, "agent", "1") : run(turnout, List.of(), "agent", "1");
    assertThat(asked.exit()).as(asked.toString()).isEqualTo(NOT_AUTHORISED);
    assertThat(asked.err())
        .isEqualTo(
            "turnout: process 1 is another user's: repeat this as that user (sudo -u root ...)\n");
  }

  // As one that may bind port 80 has: of it the system shows its own user less than of others.
  @ParameterizedTest
  @MethodSource("jdks")
  @EnabledOnOs(OS.LINUX)
  void jvmWithMorePrivilegesThanItsUser_isAskedByThatUser(Path jdk) throws Exception {
    List<String> asNobody = List.of("--reuid=65534", "--regid=65534", "--clear-groups");
    List<String> privileged = new ArrayList<>(asNobody);
    privileged.addAll(List.of("--inh-caps=+net_bind_service", "--ambient-caps=+net_bind_service"));
    String turnout = Built.TURNOUT.toString();
    assumeThat(works("setpriv", privileged, turnout, "--version"))
        .as("needs setpriv, a superuser, and a build that other users can read")
        .isTrue();
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    privileged.add(0, "setpriv");
    start(privileged, jdk);
    assertThat(answer()).startsWith("new shop");
    Run asked = run("setpriv", asNobody, turnout, "agent", "" + application.pid());
    assertThat(asked.err()).isEqualTo("turnout: no agent is running in this JVM\n");
    assertThat(answer()).startsWith("new shop");
  }

  private Run run(String program, List<String> arguments, String... more) throws Exception {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of(more));
    return Run.of(Path.of(program), directory, Map.of(), all);
  }

  private boolean works(String program, List<String> arguments, String... more) throws Exception {
    try {
      return run(program, arguments, more).exit() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private void signal(String name) throws Exception {
    Process sent = new ProcessBuilder("kill", "-" + name, "" + application.pid()).start();
    assertThat(sent.waitFor()).isZero();
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void whereItIsDisabled_attachSaysSo_andOptionsThatEnableItWin(Path jdk) throws Exception {
    start(jdk, "-Dturnout.enabled=false");
    assertThat(attach(jdk, "force=true").out()).isEqualTo("disabled by its options\n");
    assertThat(answer()).startsWith("new shop");
    assertThat(attach(jdk, "force=true", "enabled=true").exit()).isZero();
    assertThat(answer()).startsWith("old shop");
    assertThat(turnout(jdk, "agent").out()).contains("shop.Running#pay");
    assertThat(turnout(jdk, "detach", "--yes").out())
        .contains("the gated classes are as they were written");
    assertThat(answer()).startsWith("new shop");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void detachWhileAFlagIsStopped_isRefused_untilItIsAskedForAllTheSame(Path jdk) throws Exception {
    start(jdk);
    assertThat(attach(jdk, "force=true").exit()).isZero();
    flag("percentage: 100, killed: true");
    await().until(() -> turnout(jdk, "agent").out().contains("killed"));
    assertThat(answer()).startsWith("old shop");

    Run refused = turnout(jdk, "detach");
    assertThat(refused.exit()).isEqualTo(REFUSED);
    assertThat(refused.err().lines())
        .singleElement()
        .asString()
        .contains(
            "flags are stopped, or at 0 %, in this JVM",
            "new implementation: checkout (killed);", "--yes");
    assertThat(answer()).startsWith("old shop");
    assertThat(turnout(jdk, "agent").out()).contains("shop.Running#pay");

    Run detached = turnout(jdk, "detach", "--yes");
    assertThat(detached.exit()).as(detached.toString()).isZero();
    assertThat(detached.out())
        .startsWith("the gated classes are as they were written; every caller takes the new")
        .endsWith("which were stopped or at 0 %: checkout (killed)\n");
    assertThat(answer()).startsWith("new shop");
    assertThat(turnout(jdk, "detach", "--yes").err()).contains("no agent is running in this JVM");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void jarIsGone_theAgentOfItAnswersAll_andIsTakenOut(Path jdk) throws Exception {
    Path first = copyOfTheJar();
    start(jdk, "-javaagent:" + first + "=" + String.join(",", options()));
    assertThat(answer()).isEqualTo("old shop, record old user-1");
    Files.delete(first);
    assertThat(turnout(jdk, "agent").out()).contains("shop.Running#pay");
    assertThat(turnout(jdk, "detach", "--yes").exit()).isZero();
    assertThat(answer()).isEqualTo("new shop, record new user-1");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void anotherJarThanTheFirst_isNotStarted(Path jdk) throws Exception {
    Path first = copyOfTheJar();
    start(jdk);
    assertThat(attach(jdk, "force=true", "--agent-jar", first.toString()).exit()).isZero();
    assertThat(turnout(jdk, "detach", "--yes").exit()).isZero();
    Run other = attach(jdk, "force=true");
    assertThat(other.exit()).isEqualTo(REFUSED);
    assertThat(other.err())
        .contains(
            "keeps to the first agent it was given: attach with --agent-jar %s, or restart it to run %s"
                .formatted(first, Built.AGENT));
    assertThat(answer()).startsWith("new shop");
    assertThat(attach(jdk, "force=true", "--agent-jar", first.toString()).exit()).isZero();
    assertThat(answer()).startsWith("old shop");
  }

  private Path copyOfTheJar() throws IOException {
    return Files.copy(Built.AGENT, directory.resolve("turnout-agent-first.jar"));
  }

  // As a container: it counts processes by itself, and of /tmp it has only what this test needs.
  private void startContained(Path jdk) throws Exception {
    List<String> contained = List.of("--mount", "--pid", "--fork", "--mount-proc", "--kill-child");
    assumeThat(works("unshare", contained, "mount", "-t", "tmpfs", "none", "/tmp"))
        .as("needs unshare, and the right to make mounts")
        .isTrue();
    Path script =
        Files.writeString(
            directory.resolve("apart.sh"),
            """
            tmp=%1$s/private
            mkdir $tmp
            mount -t tmpfs none $tmp
            for path in %1$s %2$s; do
              case $path in /tmp/*)
                mkdir -p "$tmp${path#/tmp}"
                mount --bind "$path" "$tmp${path#/tmp}"
              esac
            done
            mount --rbind $tmp /tmp
            exec "$@"
            """
                .formatted(directory, Built.TURNOUT.getParent()));
    List<String> by = new ArrayList<>(List.of("unshare"));
    by.addAll(contained);
    by.addAll(List.of("sh", "-eu", script.toString()));
    start(by, jdk);
    assertThat(answer()).startsWith("new shop");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void jvmInAContainer_isHeardAllTheSame(Path jdk) throws Exception {
    startContained(jdk);
    assertThat(attach(jdk, "force=true").out())
        .startsWith("3 of 4 gates in loaded classes are in place");
    assertThat(answer()).startsWith("old shop");
    assertThat(turnout(jdk, "agent").out()).contains("shop.Running#pay");
    assertThat(turnout(jdk, "detach", "--yes").out())
        .contains("the gated classes are as they were written");
    assertThat(Path.of("/proc/" + application.pid() + "/root/tmp"))
        .isDirectoryNotContaining("glob:**.answer");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void jarThatTheContainerHasNot_isSaidToBeNoneThere(Path jdk) throws Exception {
    startContained(jdk);
    Path jar = Files.createTempFile(Path.of("/tmp"), "turnout-agent", ".jar");
    try {
      Files.copy(Built.AGENT, jar, StandardCopyOption.REPLACE_EXISTING);
      Run attached = attach(jdk, "force=true", "--agent-jar", jar.toString());
      assertThat(attached.exit()).isEqualTo(USAGE);
      assertThat(attached.err()).contains(jar + " is no file where the JVM runs");
    } finally {
      Files.delete(jar);
    }
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void wrongOption_isRefused_andTheApplicationRunsAsWritten(Path jdk) throws Exception {
    start(jdk);
    Run attached = attach(jdk, "servr=http://x");
    assertThat(attached.exit()).isEqualTo(REFUSED);
    assertThat(attached.err()).contains("there is no option \"servr\"");
    assertThat(answer()).isEqualTo("new shop, record new user-1");
  }
}
