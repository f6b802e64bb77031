package dev.turnout.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What a JVM left that ran to its end. */
record Run(int exit, String out, String err) {

  /** Runs a program of a JDK, such as {@code java}, with the arguments given. */
  static Run of(Path jdk, String program, Path directory, List<String> arguments)
      throws IOException, InterruptedException {
    return of(jdk, program, directory, Map.of(), arguments);
  }

  /** As {@link #of(Path, String, Path, List)}, with more environment. */
  static Run of(
      Path jdk,
      String program,
      Path directory,
      Map<String, String> environment,
      List<String> arguments)
      throws IOException, InterruptedException {
    return of(jdk, program, directory, environment, arguments, Duration.ofMinutes(1));
  }

  /** As {@link #of(Path, String, Path, Map, List)}, with the time that it may take. */
  static Run of(
      Path jdk,
      String program,
      Path directory,
      Map<String, String> environment,
      List<String> arguments,
      Duration limit)
      throws IOException, InterruptedException {
    Path file = jdk.resolve("bin").resolve(program);
    return of(file, directory, environment, arguments, limit, process -> threads(jdk, process));
  }

  /**
   * Runs an application that goes on until its input ends: here when the agent has said something,
   * and a second later, so that whatever else it has to say is said too.
   */
  static Run untilSaid(Path jdk, Path directory, String said, List<String> arguments)
      throws IOException, InterruptedException {
    Path java = jdk.resolve("bin/java");
    Inspection inspection = process -> threads(jdk, process);
    return of(java, directory, Map.of(), arguments, Duration.ofMinutes(1), inspection, said);
  }

  /** Runs any program, with the arguments and the further environment given. */
  static Run of(
      Path program, Path directory, Map<String, String> environment, List<String> arguments)
      throws IOException, InterruptedException {
    return of(program, directory, environment, arguments, Duration.ofMinutes(1), process -> "");
  }

  private static Run of(
      Path program,
      Path directory,
      Map<String, String> environment,
      List<String> arguments,
      Duration limit,
      Inspection inspection)
      throws IOException, InterruptedException {
    return of(program, directory, environment, arguments, limit, inspection, "");
  }

  private static Run of(
      Path program,
      Path directory,
      Map<String, String> environment,
      List<String> arguments,
      Duration limit,
      Inspection inspection,
      String said)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(arguments);
    Path out = Files.createTempFile(directory, "out", ".txt");
    Path err = Files.createTempFile(directory, "err", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    if (!said.isEmpty()) {
      awaitLine(process, err, said, limit);
    }
    process.getOutputStream().close();
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      String threads = inspection.of(process);
      process.destroyForcibly();
      throw new IllegalStateException(
          "still running after "
              + limit
              + ": "
              + Files.readString(out)
              + Files.readString(err)
              + threads);
    }
    return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private static void awaitLine(Process process, Path err, String said, Duration limit)
      throws IOException, InterruptedException {
    long until = System.nanoTime() + limit.toNanos();
    while (process.isAlive()
        && System.nanoTime() - until < 0
        && !Files.readString(err).contains(said)) {
      Thread.sleep(50);
    }
    Thread.sleep(1000);
  }

  /** What there is to say about a process that does not end. */
  private interface Inspection {
    String of(Process process) throws IOException, InterruptedException;
  }

  /** Where the threads of a JVM that hangs are. */
  private static String threads(Path jdk, Process process)
      throws IOException, InterruptedException {
    Path dump = Files.createTempFile("threads", ".txt");
    Process jstack =
        new ProcessBuilder(jdk.resolve("bin/jstack").toString(), "-l", Long.toString(process.pid()))
            .redirectErrorStream(true)
            .redirectOutput(dump.toFile())
            .start();
    if (!jstack.waitFor(20, TimeUnit.SECONDS)) {
      jstack.destroyForcibly();
    }
    String text = Files.readString(dump);
    Files.delete(dump);
    return text;
  }

  /** The lines that the agent wrote. */
  List<String> agentLines() {
    return err.lines().filter(line -> line.startsWith("[turnout]")).toList();
  }

  /** What the application printed after a word of its own. */
  String answer(String word) {
    return out.lines()
        .filter(line -> line.startsWith(word + " "))
        .findFirst()
        .map(line -> line.substring(word.length() + 1))
        .orElseThrow(() -> new AssertionError("no line " + word + " in " + this));
  }
}
