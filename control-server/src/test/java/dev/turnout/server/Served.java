package dev.turnout.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.client.codec.Json;
import dev.turnout.server.auth.Token;
import dev.turnout.server.auth.TokenKind;
import dev.turnout.server.change.Author;
import dev.turnout.server.store.PostgresUrl;
import dev.turnout.server.store.StoredToken;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A control server with its store in a folder, and a client that has all of its tokens. */
final class Served implements AutoCloseable {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

  final ControlServer server;
  final String admin;
  final String agent;

  private Served(ControlServer server, Path data) throws IOException {
    this.server = server;
    admin = Files.readString(data.resolve("admin.token")).strip();
    agent = Files.readString(data.resolve("agent.token")).strip();
  }

  static Served in(Path data) throws IOException {
    return in(data, ControlServer.Tuning.DEFAULT);
  }

  static Served in(Path data, ControlServer.Tuning tuning) throws IOException {
    return on(TestStore.database(data), data, data, tuning);
  }

  /** A server with its own data directory, and the first tokens in another server's. */
  static Served on(
      @Nullable PostgresUrl database, Path data, Path tokens, ControlServer.Tuning tuning)
      throws IOException {
    if (database == null) {
      TestStore.prepare(data);
    }
    ControlServer.Settings settings =
        new ControlServer.Settings(ControlServer.Settings.LOOPBACK, 0, data, "default");
    return in(tokens, settings.on(database), tuning);
  }

  static Served in(Path tokens, ControlServer.Settings settings, ControlServer.Tuning tuning)
      throws IOException {
    return new Served(ControlServer.start(settings, tuning), tokens);
  }

  /** An answer: its status, and its body if that is JSON. */
  record Answer(int status, String body, HttpResponse<String> response) {
    JsonNode json() {
      return Json.parse(body.getBytes(UTF_8));
    }

    Answer is(int expected) {
      assertThat(status).as(body).isEqualTo(expected);
      return this;
    }

    /** Checks that this is a problem document about the field. */
    Answer isProblem(int expected, @Nullable String field) {
      is(expected);
      assertThat(response.headers().firstValue("Content-Type"))
          .hasValue("application/problem+json");
      assertThat(json().get("status").intValue()).isEqualTo(expected);
      assertThat(json().get("title").stringValue()).isNotBlank();
      assertThat(json().get("detail").stringValue()).isNotBlank().doesNotContain("dev.turnout");
      if (field != null) {
        assertThat(json().get("field").stringValue()).isEqualTo(field);
      }
      return this;
    }
  }

  Answer get(String path) {
    return send(admin, "GET", path, null);
  }

  Answer put(String path, String body) {
    return send(admin, "PUT", path, body);
  }

  Answer post(String path, String body) {
    return send(admin, "POST", path, body);
  }

  Answer delete(String path) {
    return send(admin, "DELETE", path, null);
  }

  Answer report(String body) {
    return send(agent, "POST", "/agent/v1/reports", body);
  }

  JsonNode flag(String name) {
    return get("/feature-flags/" + name).is(200).json();
  }

  long revision() {
    return get("/feature-flags").is(200).json().get("revision").longValue();
  }

  String token(TokenKind kind, @Nullable String service) {
    String secret = server.tokens().secret();
    String name = kind.wireName() + "-" + System.nanoTime();
    StoredToken unused =
        server.tokens().add(Author.named("test"), new Token(name, kind, service), secret, null);
    return secret;
  }

  Answer send(@Nullable String token, String method, String path, @Nullable String body) {
    HttpRequest.Builder request =
        request(token, path)
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    return send(request.build());
  }

  HttpRequest.Builder request(@Nullable String token, String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.url() + path)).timeout(Duration.ofSeconds(20));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return request;
  }

  Answer send(HttpRequest request) {
    try {
      HttpResponse<String> response = CLIENT.send(request, BodyHandlers.ofString());
      Documented.check(response);
      return new Answer(response.statusCode(), response.body(), response);
    } catch (IOException e) {
      throw new AssertionError(request + " failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
