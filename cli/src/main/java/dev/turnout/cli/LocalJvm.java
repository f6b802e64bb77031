package dev.turnout.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks the agent of a JVM on this machine, by the JVM's attach mechanism. */
final class LocalJvm {
  // What every JVM takes as one argument: the jar's path, '=' and the agent's arguments. Those of
  // Java 24 and newer take more.
  private static final int MOST_BYTES = 1024;

  private final Path agentJar;

  private LocalJvm(Path agentJar) {
    this.agentJar = agentJar;
  }

  /**
   * Returns a way to ask.
   *
   * @param agentJar as given; empty for the one that was built with this command
   */
  static LocalJvm by(String agentJar) {
    Path jar =
        agentJar.isEmpty()
            ? Path.of(System.getProperty("turnout.home", "."), "agent/runtime/target")
                .resolve("turnout-agent.jar")
            : Path.of(agentJar);
    return new LocalJvm(jar.toAbsolutePath());
  }

  /**
   * Has the agent of a JVM do something, and returns what it says.
   *
   * @param request the agent's options to start it, {@code status}, {@code detach} or, also where
   *     flags are stopped or at 0 %, {@code detach,yes}
   * @param patience how long it may take: a JVM that is stopped never answers
   * @throws CommandFailure saying why it cannot be asked, or refused
   */
  String ask(String pid, String request, Duration patience) {
    LocalProcess process = new LocalProcess(pid);
    process.checkIsJvm();
    checkJar(process);
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try (AnswerFile answerFile = AnswerFile.of(process, temporary)) {
      return ask(pid, request, patience, answerFile);
    } catch (IOException e) {
      throw cannotAttach(pid, e);
    }
  }

  // The JVM opens it, and tells of one that it does not see only that it cannot be loaded.
  private void checkJar(LocalProcess process) {
    if (process.hasFile(agentJar)) {
      return;
    }
    throw new CommandFailure(
        ExitCode.USAGE,
        Files.isRegularFile(agentJar)
            ? agentJar
                + " is no file where the JVM runs, as in a container: name the agent's jar as it is"
                + " called there with --agent-jar"
            : agentJar + " is no file; name the agent's jar with --agent-jar");
  }

  private String ask(String pid, String request, Duration patience, AnswerFile answerFile) {
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

  private String ask(String pid, String request, AnswerFile answerFile) {
    try {
      load(pid, arguments(request + ",agent-jar=" + agentJar, answerFile));
      return answer(pid, answerFile.text());
    } catch (IOException e) {
      throw cannotAttach(pid, e);
    }
  }

  /** Returns the agent's arguments, and writes them to the file where they are too long. */
  private String arguments(String asked, AnswerFile answerFile) throws IOException {
    String end = ",answer-file=" + answerFile.path();
    if (bytes(asked + end) <= MOST_BYTES) {
      return asked + end;
    }
    answerFile.ask(asked);
    return "in-file" + end;
  }

  private int bytes(String arguments) {
    return (agentJar + "=" + arguments).getBytes(UTF_8).length;
  }

  private static CommandFailure cannotAttach(String pid, Exception e) {
    return new CommandFailure(
        ExitCode.UNREACHABLE, "process " + pid + " cannot be attached to: " + e.getMessage());
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
    } catch (IOException e) {
      if (bytes(arguments) > MOST_BYTES) {
        throw tooLong(pid, arguments);
      }
      throw e;
    } catch (AgentLoadException | AgentInitializationException e) {
      throw new CommandFailure(
          ExitCode.REFUSED, "the agent could not be loaded into process " + pid + ": " + e);
    }
  }

  // The JVM ends the connection without a word.
  private CommandFailure tooLong(String pid, String arguments) {
    return new CommandFailure(
        ExitCode.USAGE,
        "process "
            + pid
            + " takes no more than "
            + MOST_BYTES
            + " bytes of the paths of the agent's jar and of the file for its answer, which are "
            + bytes(arguments)
            + ": name a jar with a shorter path with --agent-jar");
  }

  /** What an answer says, without the word by which it begins. */
  static String answer(String pid, String text) {
    if (text.startsWith("ok ")) {
      return text.substring("ok ".length());
    }
    if (text.startsWith("refused ")) {
      // In the words of another user's process, perhaps.
      String reason = Words.oneLine(text.substring("refused ".length()));
      throw new CommandFailure(ExitCode.REFUSED, reason);
    }
    throw unanswered(pid);
  }

  /** Says that there was no answer, or the beginning of one. */
  static CommandFailure unanswered(String pid) {
    return new CommandFailure(
        ExitCode.UNREACHABLE,
        "process "
            + pid
            + " gave no answer, so it is not known whether it was done: '"
            + Terminal.COMMAND
            + " agent "
            + pid
            + "' tells, and the JVM's standard error may say more");
  }
}
