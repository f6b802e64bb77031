package dev.turnout.benchmarks.fleet;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A server that runs, with flags, and who can be connected to it. */
final class Fleet implements AutoCloseable {
  /** The flag that is stopped and edited, one of many. */
  static final String FLAG = "use-case-0";

  private final Path directory;
  private final ServerJvm server;

  private Fleet(Path directory, ServerJvm server) {
    this.directory = directory;
    this.server = server;
  }

  /** Starts a server without any flags. */
  static Fleet start(Path jdk) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("turnout-fleet");
    ServerJvm server = new ServerJvm(jdk, directory);
    server.start();
    return new Fleet(directory, server);
  }

  /** Creates flags as services have them: with limits, rings and a description. */
  void createFlags(int count) throws IOException {
    String flags =
        IntStream.range(0, count)
            .mapToObj(
                i ->
                    """
                    {"name": "use-case-%d", "enabled": true, "percentage": 100,
                     "rings": {"internal": 100, "beta": 50, "ga": %d}, "stickiness": "user",
                     "limits": [{"metric": "error_rate", "above": 5, "window": "60s"},
                                {"metric": "p99_ms", "above": %d, "window": "60s"}],
                     "description": "The new implementation of use case %d"}"""
                        .formatted(i, i % 100, 100 + i, i))
            .collect(Collectors.joining(",", "[", "]"));
    try (ApiConnection api = api()) {
      api.send("POST", "/feature-flags/bulk-update", flags).orFail();
    }
  }

  ServerJvm server() {
    return server;
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.address().getPort());
  }

  /** A connection of somebody who may do everything. */
  ApiConnection api() throws IOException {
    return new ApiConnection(server.address(), server.adminToken());
  }

  /** Connects simulated agents and waits until all have a stream. */
  SimulatedAgents connect(int count, boolean compressed) throws IOException, InterruptedException {
    // A thousand a second: what is measured comes later.
    Duration opening = Duration.ofMillis(count);
    SimulatedAgents agents =
        new SimulatedAgents(server.address(), server.agentToken(), count, opening, compressed);
    agents.start();
    agents.awaitAll(opening.plusSeconds(60));
    return agents;
  }

  /** How large the snapshot is that agents get, in bytes. */
  int snapshotSize() throws IOException {
    try (ApiConnection api = new ApiConnection(server.address(), server.agentToken())) {
      return api.send("GET", "/agent/v1/snapshot?service=fleet", "").orFail().body().length();
    }
  }

  @Override
  public void close() throws InterruptedException, IOException {
    server.close();
    try (Stream<Path> left = Files.walk(directory)) {
      left.sorted((a, b) -> b.compareTo(a)).map(Path::toFile).forEach(File::delete);
    }
  }
}
