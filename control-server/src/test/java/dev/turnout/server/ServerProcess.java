package dev.turnout.server;

import dev.turnout.server.store.PostgresUrl;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A control server in a process of its own, to be stopped, woken and killed as none here could. */
final class ServerProcess implements AutoCloseable {
  private final Process process;
  private final String url;
  private final String admin;
  private final String agent;
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

  private ServerProcess(Process process, String url, Path tokens) throws IOException {
    this.process = process;
    this.url = url;
    admin = Files.readString(tokens.resolve("admin.token")).strip();
    agent = Files.readString(tokens.resolve("agent.token")).strip();
  }

  /** Starts one and returns when it answers. */
  static ServerProcess start(@Nullable PostgresUrl database, Path data, Path tokens)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                data.toString()));
    if (database != null) {
      command.add(database.url());
      command.add(String.valueOf(database.user()));
      command.add(String.valueOf(database.password()));
    }
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    String line = lines.readLine();
    while (line != null && !line.startsWith("http://")) {
      line = lines.readLine();
    }
    if (line == null) {
      throw new IOException("the server did not start");
    }
    return new ServerProcess(process, line, tokens);
  }

  int port() {
    return URI.create(url).getPort();
  }

  String agentToken() {
    return agent;
  }

  /** An answer; the status is 0 if there was none. */
  record Answer(int status, String body) {
    JsonNode json() {
      return dev.turnout.client.codec.Json.parse(body.getBytes(StandardCharsets.UTF_8));
    }
  }

  Answer send(String method, String path, @Nullable String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(Duration.ofSeconds(30))
            .header("Authorization", "Bearer " + admin)
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    try {
      var response = client.send(request, BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.body());
    } catch (IOException e) {
      // What becomes of a request when the server dies is the point of these tests.
      return new Answer(0, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Sends it a signal, such as {@code STOP} or {@code CONT}. */
  void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    if (kill.waitFor() != 0) {
      throw new IOException("kill -" + name + " failed");
    }
  }

  /** Ends it as {@code kill -9} does. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new AssertionError("the process does not end");
    }
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }

  /** What runs in the process. */
  static final class Main {
    // Often, so that its silence is noticed soon.
    private static final ControlServer.Tuning TUNING =
        new ControlServer.Tuning(Duration.ofMillis(500), 20_000, Duration.ofSeconds(1));

    private Main() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
      PostgresUrl database =
          arguments.length == 1 ? null : new PostgresUrl(arguments[1], arguments[2], arguments[3]);
      ControlServer server =
          ControlServer.start(
              new ControlServer.Settings("127.0.0.1", 0, Path.of(arguments[0]), "default")
                  .on(database),
              TUNING);
      System.out.println(server.url());
      Thread.currentThread().join();
    }
  }
}
