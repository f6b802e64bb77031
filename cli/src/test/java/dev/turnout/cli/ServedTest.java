package dev.turnout.cli;

import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;

import dev.turnout.server.ControlServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A test of the command against the server it is for; each test has one to itself. */
abstract class ServedTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  // What a server's first start makes, in a folder for each environment: it takes longer than most
  // tests.
  @TempDir static Path made;

  /** Where the command runs. The server has what is its own in {@code turnout-data} below it. */
  @TempDir Path directory;

  ControlServer server;

  private final String environment;

  ServedTest() {
    this("default");
  }

  ServedTest(String environment) {
    this.environment = environment;
  }

  @BeforeEach
  final void startServer() throws IOException {
    server = started("turnout-data", environment, 0);
  }

  @AfterEach
  final void stopServer() {
    server.close();
  }

  /** Starts a server; a test that starts one more closes it too. */
  final ControlServer started(String data, String environment, int port) throws IOException {
    Path folder = directory.resolve(data);
    if (Files.notExists(folder)) {
      Files.createDirectory(folder);
      try (Stream<Path> files = Files.list(firstStart(environment))) {
        for (Path file : (Iterable<Path>) files::iterator) {
          Files.copy(file, folder.resolve(file.getFileName()), COPY_ATTRIBUTES);
        }
      }
    }
    return start(folder, environment, port);
  }

  private static ControlServer start(Path folder, String environment, int port) throws IOException {
    return ControlServer.start(new ControlServer.Settings("127.0.0.1", port, folder, environment));
  }

  private static Path firstStart(String environment) throws IOException {
    Path folder = made.resolve(environment);
    if (Files.notExists(folder)) {
      start(folder, environment, 0).close();
    }
    return folder;
  }

  /** A terminal that knows the server, and whose directory has its admin's token. */
  final TestTerminal terminal() {
    return new TestTerminal(directory).with(Map.of("TURNOUT_URL", server.url()));
  }

  final CommandRun run(String... words) {
    return terminal().run(words);
  }

  /** Runs what must not fail, and returns what it printed. */
  final String done(String... words) {
    return run(words).assertDone().out();
  }

  /** As {@link #done}, for what prints JSON. */
  final JsonNode json(String... words) {
    return run(words).assertDone().json();
  }

  /** The text of one of the server's first tokens, {@code admin} or {@code agent}. */
  final String token(String name) throws IOException {
    return Files.readString(directory.resolve("turnout-data/" + name + ".token")).strip();
  }

  /** Sends what no command sends. */
  static HttpResponse<String> send(String token, HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return CLIENT.send(
        request.header("Authorization", "Bearer " + token).build(), BodyHandlers.ofString());
  }
}
