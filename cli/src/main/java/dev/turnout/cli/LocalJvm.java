package dev.turnout.cli;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks the agent of a JVM on this machine, by the JVM's attach mechanism. */
final class LocalJvm {
  private final Path agentJar;

  private LocalJvm(Path agentJar) {
    this.agentJar = agentJar;
  }

  /**
   * Returns a way to ask.
   *
   * @param agentJar as given; empty for the one that was built with this command
   * @throws CommandFailure if there is no such jar
   */
  static LocalJvm by(String agentJar) {
    Path jar =
        agentJar.isEmpty()
            ? Path.of(System.getProperty("turnout.home", "."), "agent/runtime/target")
                .resolve("turnout-agent.jar")
            : Path.of(agentJar);
    if (!Files.isRegularFile(jar)) {
      throw new CommandFailure(
          ExitCode.USAGE, jar + " is no file; name the agent's jar with --agent-jar");
    }
    return new LocalJvm(jar.toAbsolutePath());
  }

  /**
   * Has the agent of a JVM do something, and returns what it says.
   *
   * @param request the agent's options to start it, {@code status} or {@code detach}
   * @param patience how long it may take: a JVM that is stopped never answers
   * @throws CommandFailure saying why it cannot be asked, or refused
   */
  String ask(String pid, String request, Duration patience) {
    new LocalProcess(pid).checkIsJvm();
    try {
      Path answerFile = Files.createTempFile("turnout", ".answer");
      try {
        return ask(pid, request, patience, answerFile);
      } finally {
        Files.deleteIfExists(answerFile);
      }
    } catch (IOException e) {
      throw cannotAttach(pid, e);
    }
  }

  private String ask(String pid, String request, Duration patience, Path answerFile) {
    FutureTask<String> asking = new FutureTask<>(() -> ask(pid, request, answerFile));
    Thread asks = new Thread(asking, "turnout-attach");
    asks.setDaemon(true);
    asks.start();
    try {
      return asking.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new CommandFailure(
          ExitCode.UNREACHABLE,
          "process "
              + pid
              + " has not answered for "
              + patience.toSeconds()
              + " s: it is stopped, or still at it (see --timeout)");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof CommandFailure failure
          ? failure
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private String ask(String pid, String request, Path answerFile) {
    try {
      give(answerFile, pid);
      load(pid, request + ",agent-jar=" + agentJar + ",answer-file=" + answerFile);
      return answer(Files.readString(answerFile));
    } catch (IOException e) {
      throw cannotAttach(pid, e);
    }
  }

  private static CommandFailure cannotAttach(String pid, Exception e) {
    return new CommandFailure(
        ExitCode.UNREACHABLE, "process " + pid + " cannot be attached to: " + e.getMessage());
  }

  // Who may attach to another user's JVM is the superuser; the JVM has to write the file all the
  // same, and nobody else.
  private static void give(Path file, String pid) throws IOException {
    Path process = Path.of("/proc", pid);
    if (Files.exists(process)) {
      UserPrincipal owner = Files.getOwner(process);
      if (!owner.equals(Files.getOwner(file))) {
        Files.setOwner(file, owner);
      }
    }
  }

  private void load(String pid, String arguments) throws IOException {
    try {
      VirtualMachine jvm = VirtualMachine.attach(pid);
      try {
        jvm.loadAgent(agentJar.toString(), arguments);
      } finally {
        jvm.detach();
      }
    } catch (AttachNotSupportedException e) {
      throw cannotAttach(pid, e);
    } catch (AgentLoadException | AgentInitializationException e) {
      throw new CommandFailure(
          ExitCode.REFUSED, "the agent could not be loaded into process " + pid + ": " + e);
    }
  }

  private static String answer(String text) {
    if (text.startsWith("ok ")) {
      return text.substring("ok ".length());
    }
    throw new CommandFailure(
        ExitCode.REFUSED,
        text.startsWith("refused ")
            ? text.substring("refused ".length())
            : "the agent gave no answer; the JVM's standard error says why");
  }
}
