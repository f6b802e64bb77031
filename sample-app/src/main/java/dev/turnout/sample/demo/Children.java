package dev.turnout.sample.demo;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The processes that the demo started, and the directory that is theirs. Once {@link #endAll} has
 * begun no process can be started any more, so none is left behind. Safe for use by several
 * threads.
 */
final class Children {
  private static final int TAIL_LINES = 15;

  private final Path directory;
  private final Map<String, Process> running = new LinkedHashMap<>();
  private boolean ending;

  Children(Path directory) {
    this.directory = directory;
  }

  /** Starts a process whose output goes to the file {@code NAME.log}. */
  synchronized Process start(String name, List<String> command) throws IOException {
    return start(
        name,
        builder(command).redirectOutput(ProcessBuilder.Redirect.appendTo(log(name).toFile())));
  }

  /** Starts a process whose output is read by the caller. */
  synchronized Process startReadable(String name, List<String> command) throws IOException {
    return start(name, builder(command));
  }

  private Process start(String name, ProcessBuilder builder) throws IOException {
    if (ending) {
      throw new IOException("the demo is ending, " + name + " is not started");
    }
    Process process = builder.start();
    running.put(name, process);
    return process;
  }

  private static ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    // What a person has set for other servers and agents must not reach these.
    builder.environment().keySet().removeIf(name -> name.startsWith("TURNOUT_"));
    builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    return builder;
  }

  /** Whether the demo is being ended from outside, so that whatever fails now fails for that. */
  synchronized boolean ending() {
    return ending;
  }

  Path log(String name) {
    return directory.resolve(name + ".log");
  }

  /** Ends every process, waiting a little for each to end in order, and deletes the directory. */
  void endAll() {
    List<Process> all;
    synchronized (this) {
      ending = true;
      all = List.copyOf(running.values());
    }
    for (Process process : all) {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
    }
    try {
      for (Process process : all) {
        process.waitFor(3, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Process process : all) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    deleteDirectory();
  }

  private void deleteDirectory() {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      System.err.println("could not delete " + directory + ": " + e);
    }
  }

  /** Prints the ends of the logs: the directory will be gone when somebody wants to look. */
  void printLogTails(PrintStream out) {
    Map<String, Process> all;
    synchronized (this) {
      all = new LinkedHashMap<>(running);
    }
    for (Map.Entry<String, Process> child : all.entrySet()) {
      List<String> lines = logLines(child.getKey());
      boolean alive = child.getValue().isAlive();
      out.printf(
          "-- %s, %s; the end of its log:%n",
          child.getKey(), alive ? "running" : "ended with code " + child.getValue().exitValue());
      lines.stream()
          .skip(Math.max(0, lines.size() - TAIL_LINES))
          .forEach(line -> out.println("   " + line));
    }
  }

  /** What a process has said so far. */
  List<String> logLines(String name) {
    try {
      return Files.exists(log(name))
          ? new String(Files.readAllBytes(log(name)), StandardCharsets.UTF_8).lines().toList()
          : List.of();
    } catch (IOException e) {
      return List.of("(cannot be read: " + e + ")");
    }
  }
}
