package dev.turnout.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    List<String> command = new ArrayList<>();
    command.add(jdk.resolve("bin").resolve(program).toString());
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
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException(
          "still running after a minute: " + Files.readString(out) + Files.readString(err));
    }
    return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
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
