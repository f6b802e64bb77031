package dev.turnout.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The shop in a JVM of its own, which goes on when it is told to. */
final class LiveApp implements AutoCloseable {
  private final Process process;
  private final BufferedReader out;
  private final Path err;

  private LiveApp(Process process, Path err) {
    this.process = process;
    this.err = err;
    out = process.inputReader(UTF_8);
  }

  /**
   * Starts it.
   *
   * @param directory where it was compiled to
   * @param words what it does, one after another; see the application
   */
  static LiveApp start(Path jdk, Path directory, List<String> jvmOptions, String... words)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(jdk.resolve("bin/java").toString()));
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", Javac.classPath(List.of(directory, Built.ANNOTATIONS)), "Shop"));
    command.addAll(List.of(words));
    Path err = Files.createTempFile(directory, "err", ".txt");
    Process process = new ProcessBuilder(command).redirectError(err.toFile()).start();
    return new LiveApp(process, err);
  }

  /** The next line that it prints; null at its end. */
  String line() throws IOException {
    return out.readLine();
  }

  /** Has it go on from where it says {@code enter}. */
  void enter() throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
  }

  /** Sends it a signal, such as {@code STOP} or {@code CONT}. */
  void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  /** What the agent and the JVM wrote so far. */
  String err() throws IOException {
    return Files.readString(err);
  }

  /** Waits for it to end by itself. */
  void end() throws IOException, InterruptedException {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(err()).isTrue();
    assertThat(process.exitValue()).as(err()).isZero();
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
