package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The control server as it is started by the command, always at the same port. */
final class BuiltServer implements AutoCloseable {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("JAVA_HOME", System.getProperty("java.home"));

  private final Path directory;
  private final List<String> options;
  private final int port;
  private Process process;

  private BuiltServer(Path directory, List<String> options) throws IOException {
    this.directory = directory;
    this.options = options;
    port = HostAgent.freePort();
  }

  /** Starts one with its data below the directory, and returns when it answers. */
  static BuiltServer start(Path directory, String... options) throws IOException {
    BuiltServer server = new BuiltServer(directory, List.of(options));
    server.start();
    return server;
  }

  /** Starts it again where it was. */
  void start() throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Built.TURNOUT.toString(),
                "server",
                "--port",
                String.valueOf(port),
                "--data",
                data().toString()));
    command.addAll(options);
    Path output = Files.createTempFile(directory, "server", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(ENVIRONMENT);
    Process started = builder.start();
    process = started;
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> Files.readString(output).contains("tokens in ") || !started.isAlive());
    assertThat(started.isAlive()).as(Files.readString(output)).isTrue();
  }

  /** Ends it as {@code kill -9} does. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  Path data() {
    return directory.resolve("data");
  }

  int port() {
    return port;
  }

  String url() {
    return (options.contains("--tls-cert") ? "https" : "http") + "://127.0.0.1:" + port;
  }

  /** The options by which an agent finds the server. */
  String agentOptions() {
    return "server=" + url() + ",token-file=" + data().resolve("agent.token");
  }

  /** Runs the command as an admin; the last words may be further options. */
  Run run(String... words) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(words));
    arguments.addAll(
        List.of("--url", url(), "--token-file", data().resolve("admin.token").toString()));
    return Run.of(Built.TURNOUT, directory, ENVIRONMENT, arguments);
  }

  /** As {@link #run}, and it succeeds. */
  String done(String... words) throws IOException, InterruptedException {
    Run run = run(words);
    assertThat(run.exit()).as(run.toString()).isZero();
    return run.out();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
