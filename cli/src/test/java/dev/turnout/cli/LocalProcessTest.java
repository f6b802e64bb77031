package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is found out about a process before it is attached to, which ends one that is no JVM. */
class LocalProcessTest {
  private static final String CATCHES_QUIT = "SigCgt:\t2000000181005ccf";
  private static final String CATCHES_OTHERS = "SigCgt:\t0000000000004200";

  @TempDir Path directory;

  private LocalProcess process(String mapped, String... status) throws IOException {
    Files.createDirectories(directory.resolve("self"));
    Files.createFile(directory.resolve("self/maps"));
    Path entry = Files.createDirectories(directory.resolve("42"));
    Files.createDirectories(entry.resolve("task"));
    Files.writeString(
        entry.resolve("maps"),
        """
        55d0a7a7c000-55d0a7a7d000 r--p 00000000 08:01 1234                       /usr/bin/some thing
        7f1c2c000000-7f1c2c021000 rw-p 00000000 00:00 0\s
        7f1c33a00000-7f1c33c5d000 r--p 00000000 08:01 5678                       %s
        7ffd4b9e8000-7ffd4ba09000 rw-p 00000000 00:00 0                          [stack]
        """
            .formatted(mapped));
    Files.writeString(entry.resolve("status"), "Name:\tjava\n" + String.join("\n", status) + "\n");
    return new LocalProcess(directory, "42");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/usr/lib/jvm/jdk 17/lib/server/libjvm.so",
        "/opt/jdk/lib/server/libjvm.so (deleted)"
      })
  void libjvmMapped_isAJvm(String mapped) throws Exception {
    LocalProcess process = process(mapped, CATCHES_QUIT);
    assertThatCode(process::checkIsJvm).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/opt/not-libjvm.so", "/opt/libjvm.so.old", "/opt/libjvm.so/data", "libjvm.so"})
  void anythingElseMapped_isNone(String mapped) throws Exception {
    LocalProcess process = process(mapped, CATCHES_QUIT);
    assertThatThrownBy(process::checkIsJvm)
        .isInstanceOf(CommandFailure.class)
        .hasMessage("process 42 is no JVM: it has no libjvm.so loaded");
  }

  @Test
  void noLibraryMapped_isAJvmAllTheSame_ifItHasAJvmsThreads() throws Exception {
    LocalProcess process = process("/usr/bin/launcher", CATCHES_QUIT);
    Path thread = Files.createDirectories(directory.resolve("42/task/43"));
    Files.writeString(thread.resolve("comm"), "worker\n");
    assertThatThrownBy(process::checkIsJvm).hasMessageContaining("is no JVM");
    Files.writeString(thread.resolve("comm"), "VM Thread\n");
    assertThatCode(process::checkIsJvm).doesNotThrowAnyException();
  }

  @Test
  void jvmThatDoesNotCatchTheSignal_isSparedIt_unlessItsSocketIsThere() throws Exception {
    LocalProcess process =
        process("/opt/jdk/lib/server/libjvm.so", CATCHES_OTHERS, "NSpid:\t42\t7");
    assertThatThrownBy(process::checkIsJvm)
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining(
            "it has only just started, or it has -Xrs and its socket /tmp/.java_pid7 is gone");

    Path root = Files.createDirectories(directory.resolve("42/root/tmp"));
    Files.createFile(root.resolve(".java_pid7"));
    assertThatCode(process::checkIsJvm).doesNotThrowAnyException();
  }

  @Test
  void systemThatTellsNothing_isNotAskedWhatTheProcessIs() {
    LocalProcess process = new LocalProcess(directory, "42");
    assertThatCode(process::checkIsJvm).doesNotThrowAnyException();
  }

  @Test
  void fileIsThere_ifTheProcessSeesIt_orItsLinksLeadWhereOnlyItCanTell() throws Exception {
    LocalProcess process = process("/opt/jdk/lib/server/libjvm.so", CATCHES_QUIT);
    Path opt = Files.createDirectories(directory.resolve("42/root/opt/agents"));
    Files.createFile(opt.resolve("agent.jar"));
    Files.createSymbolicLink(opt.resolveSibling("current"), Path.of("/opt/agents"));

    assertThat(process.hasFile(Path.of("/opt/agents/agent.jar"))).isTrue();
    assertThat(process.hasFile(Path.of("/opt/current/agent.jar"))).isTrue();
    assertThat(process.hasFile(Path.of("/opt/agents"))).isFalse();
    Path here = Files.createFile(directory.resolve("here.jar"));
    assertThat(process.hasFile(here)).isFalse();
    assertThat(new LocalProcess(directory.resolve("none"), "42").hasFile(here)).isTrue();
  }

  private CommandRun run(String command, Process process) throws IOException {
    Path jar = Files.writeString(directory.resolve("agent.jar"), "not looked into");
    return CommandRun.in(directory, command, "" + process.pid(), "--agent-jar", jar.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"agent", "attach", "detach"})
  @EnabledOnOs(OS.LINUX)
  void processThatIsNoJvm_isRefused_andLivesOn(String command) throws Exception {
    Process sleeps = new ProcessBuilder("sleep", "60").start();
    try {
      run(command, sleeps).assertFails(ExitCode.USAGE, "process " + sleeps.pid() + " is no JVM");
      assertThat(sleeps.waitFor(200, TimeUnit.MILLISECONDS)).as("was ended").isFalse();
    } finally {
      sleeps.destroyForcibly();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void processThatIsNotThere_isSaidToBeNone() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    run("agent", ended).assertFails(ExitCode.NOT_FOUND, "there is no process " + ended.pid());
  }
}
