package dev.turnout.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An application that runs already, {@code apps/running}, for whoever attaches to it: it answers
 * each line that it is given.
 */
final class RunningApp implements AutoCloseable {
  private final Path directory;
  private final Process process;
  private final Writer in;
  private final BufferedReader out;

  private RunningApp(Path directory, Process process) {
    this.directory = directory;
    this.process = process;
    in = process.outputWriter();
    out = process.inputReader();
  }

  /** Compiles it, into a folder of {@code directory}. */
  static void compile(Path directory) throws IOException {
    Javac.compile(directory.resolve("classes"), List.of(Built.ANNOTATIONS), "running");
  }

  /**
   * Starts what was compiled; what it complains of goes to {@code err.txt}.
   *
   * @param by what starts it, such as {@code setpriv}; may be empty
   */
  static RunningApp start(Path directory, List<String> by, Path jdk, String... options)
      throws IOException {
    List<String> command = new ArrayList<>(by);
    command.addAll(
        List.of(
            jdk.resolve("bin/java").toString(),
            "-Xverify:all",
            "-XX:+IgnoreUnrecognizedVMOptions",
            "-XX:+EnableDynamicAgentLoading"));
    command.addAll(List.of(options));
    String classPath = Javac.classPath(List.of(directory.resolve("classes"), Built.ANNOTATIONS));
    command.addAll(List.of("-cp", classPath, "shop.Running"));
    return new RunningApp(
        directory,
        new ProcessBuilder(command).redirectError(directory.resolve("err.txt").toFile()).start());
  }

  /** What the method answers for a user. */
  String answer(String user) throws IOException {
    in.write(user + "\n");
    in.flush();
    return out.readLine();
  }

  /** What was started: the application itself, or what it was started by. */
  Process process() {
    return process;
  }

  /** The number of the JVM's process. */
  long pid() {
    return process.children().mapToLong(ProcessHandle::pid).findFirst().orElse(process.pid());
  }

  /** Has the command {@code turnout} do something with it. */
  Run turnout(Path jdk, String command, List<String> options, Map<String, String> environment)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(command, "" + pid()));
    arguments.addAll(options);
    Map<String, String> all = new HashMap<>(environment);
    all.put("JAVA_HOME", jdk.toString());
    return Run.of(Built.TURNOUT, directory, all, arguments);
  }

  @Override
  public void close() {
    var unused = process.destroyForcibly();
  }
}
