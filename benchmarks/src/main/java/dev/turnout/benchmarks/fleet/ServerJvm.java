package dev.turnout.benchmarks.fleet;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A control server as it is shipped, in a JVM of its own that has 512 MB of heap. It keeps its port
 * and its data when it is started again.
 */
final class ServerJvm implements AutoCloseable {
  /** The server's heap, in MiB. */
  static final int HEAP = 512;

  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Path LIBRARIES = Path.of("cli/target/dist/lib");

  private final Path jdk;
  private final Path directory;
  private final InetSocketAddress address;
  private @Nullable Process process;

  /** Does not start it yet. */
  ServerJvm(Path jdk, Path directory) throws IOException {
    this.jdk = jdk;
    this.directory = directory;
    if (!Files.isDirectory(LIBRARIES)) {
      throw new IllegalStateException(LIBRARIES + " is not built; run mvn -DskipTests package");
    }
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      address = new InetSocketAddress(InetAddress.getLoopbackAddress(), free.getLocalPort());
    }
  }

  /** Starts it, and returns when it answers that it is well. */
  void start() throws IOException, InterruptedException {
    File log = directory.resolve("server.log").toFile();
    List<String> command =
        List.of(
            jdk.resolve("bin/java").toString(),
            "-Xmx" + HEAP + "m",
            // So that one cannot go unnoticed.
            "-XX:+ExitOnOutOfMemoryError",
            "-cp",
            LIBRARIES + "/*",
            "dev.turnout.cli.Turnout",
            "server",
            "--port",
            Integer.toString(address.getPort()),
            "--data",
            directory.resolve("data").toAbsolutePath().toString());
    Process started =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
            .start();
    process = started;
    // Whoever breaks off a run is not left with a server.
    Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly, "server-end"));
    long until = System.nanoTime() + START_LIMIT.toNanos();
    while (!isUp()) {
      if (!started.isAlive() || System.nanoTime() - until > 0) {
        started.destroyForcibly();
        throw new IOException("the server does not start: " + lastLine());
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private boolean isUp() {
    try (ApiConnection connection = new ApiConnection(address, "")) {
      return connection.send("GET", "/health", "").status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  String lastLine() throws IOException {
    List<String> lines = Files.readAllLines(directory.resolve("server.log"));
    return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
  }

  /** Ends it at once, as {@code kill -9} does. */
  void kill() throws InterruptedException {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
      running.waitFor();
    }
  }

  /** Asks it to stop, as a service manager does, and returns when it has. */
  void stop() throws InterruptedException {
    Process running = process;
    if (running != null) {
      running.destroy();
      running.waitFor();
    }
  }

  boolean isAlive() {
    Process running = process;
    return running != null && running.isAlive();
  }

  InetSocketAddress address() {
    return address;
  }

  String adminToken() throws IOException {
    return Files.readString(directory.resolve("data/admin.token")).strip();
  }

  String agentToken() throws IOException {
    return Files.readString(directory.resolve("data/agent.token")).strip();
  }

  /**
   * How much processor time it took so far, in milliseconds; 0 where that cannot be told. Steadier
   * than time by the clock on a machine that does other things too.
   */
  double processorMillis() {
    Process running = process;
    return running == null
        ? 0
        : running.info().totalCpuDuration().map(spent -> spent.toNanos() / 1e6).orElse(0.0);
  }

  /** The most memory that the process had at any time, in MiB; 0 where that cannot be told. */
  long peakMemory() throws IOException {
    Process running = process;
    Path status = Path.of("/proc/" + (running == null ? 0 : running.pid()) + "/status");
    if (!Files.exists(status)) {
      return 0;
    }
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) >> 10;
      }
    }
    return 0;
  }

  /** What is alive on its heap, in MiB; 0 where that cannot be told. It stops for that long. */
  long liveHeap() throws IOException, InterruptedException {
    Process running = process;
    Path jcmd = jdk.resolve("bin/jcmd");
    if (running == null || !Files.isExecutable(jcmd)) {
      return 0;
    }
    Process asked =
        new ProcessBuilder(
                jcmd.toString(), Long.toString(running.pid()), "GC.class_histogram", "-parallel=1")
            .redirectErrorStream(true)
            .start();
    String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    asked.waitFor();
    return answer
        .lines()
        .filter(line -> line.startsWith("Total"))
        .map(line -> line.strip().split("\\s+", -1))
        .mapToLong(words -> Long.parseLong(words[2]) >> 20)
        .findFirst()
        .orElse(0);
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
