package dev.turnout.cli;

import dev.turnout.client.tls.ClientTls;
import dev.turnout.flags.Percentage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertPathBuilderException;
import java.time.Duration;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.function.Predicate;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The control server's HTTP interface as {@code docs/http-api.md} has it. Every answer that is not
 * a success becomes a {@link CommandFailure} with the matching exit code.
 *
 * <p>A kill must leave at once. So this is the JDK's old HTTP client, which is on its way before
 * the newer one has loaded its classes and its TLS (0.6 s on a small machine), and JSON is not
 * touched before there is something to read.
 */
final class ControlApi {
  private static final int CONNECT_MILLIS = 5_000;
  private static final int ANSWER_MILLIS = 20_000;
  private static final int SLOW_ANSWER_MILLIS = 120_000;
  // Three of the comments that keep a quiet stream alive.
  private static final int SILENCE_MILLIS = 45_000;
  private static final long MAX_RETRY_AFTER_SECONDS = 300;

  private final Endpoint endpoint;
  private final URI server;
  private final String token;

  ControlApi(Endpoint endpoint) {
    this.endpoint = endpoint;
    server = endpoint.url();
    token = endpoint.token();
  }

  /** The server that is asked. */
  Endpoint endpoint() {
    return endpoint;
  }

  /** Returns {@code text} as one segment of a path. */
  static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  static ObjectMapper json() {
    return JsonMapper.shared();
  }

  static ObjectNode object() {
    return json().createObjectNode();
  }

  /** A share in percent, as the server wants it. */
  static BigDecimal number(Percentage share) {
    BigDecimal number = BigDecimal.valueOf(share.buckets(), 3).stripTrailingZeros();
    return number.scale() < 0 ? number.setScale(0) : number;
  }

  JsonNode get(String path) {
    return send("GET", path, null);
  }

  /** As {@link #get}, but null where there is nothing. */
  @Nullable JsonNode getOrNull(String path) {
    try {
      return get(path);
    } catch (CommandFailure e) {
      if (e.exitCode() == ExitCode.NOT_FOUND) {
        return null;
      }
      throw e;
    }
  }

  JsonNode put(String path, JsonNode body) {
    return put(path, body, null);
  }

  /**
   * Puts a body where nothing has changed.
   *
   * @param tag the entity tag that must still be that of what is there; null if any will do
   */
  JsonNode put(String path, JsonNode body, @Nullable String tag) {
    return send("PUT", path, body.toString(), tag, ANSWER_MILLIS);
  }

  /** Puts a body that takes its time, there and back. */
  JsonNode putSlowly(String path, JsonNode body) {
    return send("PUT", path, body.toString(), null, SLOW_ANSWER_MILLIS);
  }

  JsonNode post(String path, JsonNode body) {
    return send("POST", path, body.toString());
  }

  /** Posts why, and nothing else. */
  JsonNode post(String path, Why why) {
    return send("POST", path, why.body());
  }

  /**
   * Posts why, where nothing has changed.
   *
   * @param tag the entity tag that must still be that of what is there
   */
  JsonNode post(String path, Why why, String tag) {
    return send("POST", path, why.body(), tag, ANSWER_MILLIS);
  }

  /** The entity tag of what last changed with that revision. */
  static String tag(long revision) {
    return "\"" + revision + "\"";
  }

  JsonNode delete(String path) {
    return send("DELETE", path, null);
  }

  /**
   * Follows a stream until it ends or nothing more is wanted.
   *
   * @return how it ended, if it makes sense to connect again
   * @throws CommandFailure if it does not
   */
  EventStream.End follow(String path, EventStream stream, Predicate<EventStream.Event> wanted) {
    boolean reached = false;
    try {
      HttpURLConnection connection = open("GET", path);
      connection.setReadTimeout(SILENCE_MILLIS);
      connection.setRequestProperty("Accept", "text/event-stream, application/problem+json");
      if (!stream.lastId().isEmpty()) {
        connection.setRequestProperty("Last-Event-ID", stream.lastId());
      }
      try {
        int status = connection.getResponseCode();
        reached = true;
        if (status == 200) {
          return stream.read(connection.getInputStream(), wanted);
        }
        InputStream error = connection.getErrorStream();
        CommandFailure refusal = refusal(status, read(error));
        if (status == 429 || status >= 500) {
          long seconds = connection.getHeaderFieldLong("Retry-After", 0);
          return new EventStream.End(
              String.valueOf(refusal.getMessage()),
              reached,
              Duration.ofSeconds(Math.max(0, Math.min(seconds, MAX_RETRY_AFTER_SECONDS))),
              Duration.ZERO);
        }
        throw refusal;
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      String why =
          (reached ? "the connection was lost to " : "cannot reach ")
              + "the control server at "
              + server
              + because(e);
      return new EventStream.End(why, reached, Duration.ZERO, Duration.ZERO);
    }
  }

  private JsonNode send(String method, String path, @Nullable String body) {
    return send(method, path, body, null, ANSWER_MILLIS);
  }

  private JsonNode send(
      String method,
      String path,
      @Nullable String body,
      @Nullable String ifMatch,
      int answerMillis) {
    int status;
    String answer;
    try {
      HttpURLConnection connection = open(method, path);
      connection.setReadTimeout(answerMillis);
      if (ifMatch != null) {
        connection.setRequestProperty("If-Match", ifMatch);
      }
      if (body != null) {
        connection.setDoOutput(true);
        try (OutputStream out = connection.getOutputStream()) {
          out.write(body.getBytes(StandardCharsets.UTF_8));
        }
      }
      status = connection.getResponseCode();
      answer = read(status < 400 ? connection.getInputStream() : connection.getErrorStream());
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.UNREACHABLE, "cannot reach the control server at " + server + because(e));
    }
    if (status < 200 || status > 299) {
      throw refusal(status, answer);
    }
    if (answer.isEmpty()) {
      return object();
    }
    try {
      return json().readTree(answer);
    } catch (JacksonException e) {
      throw new CommandFailure(
          ExitCode.REFUSED, "what answers at " + server + " is not a Turnout control server");
    }
  }

  private HttpURLConnection open(String method, String path) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(server + path).toURL().openConnection();
    Optional<Path> authority = endpoint.caFile();
    if (authority.isPresent() && connection instanceof HttpsURLConnection encrypted) {
      ClientTls tls = new ClientTls(authority.get().toString(), null, null);
      encrypted.setSSLSocketFactory(tls.sockets().factory());
    }
    connection.setRequestMethod(method);
    connection.setConnectTimeout(CONNECT_MILLIS);
    // A token is for one server, not for wherever that server points.
    connection.setInstanceFollowRedirects(false);
    connection.setRequestProperty("Authorization", "Bearer " + token);
    connection.setRequestProperty("Accept", "application/json, application/problem+json");
    connection.setRequestProperty("Content-Type", "application/json");
    return connection;
  }

  private static String read(@Nullable InputStream body) throws IOException {
    if (body == null) {
      return "";
    }
    try (body) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  // The server speaks of HTTP; this is how the same is said here.
  private static String howToOverride(ObjectNode problem) {
    StringJoiner names = new StringJoiner(",");
    problem.path("overrides").values().forEach(name -> names.add(Words.oneLine(name.asString(""))));
    return names.length() == 0
        ? ""
        : System.lineSeparator() + "  With this command: --override " + names + " --reason TEXT";
  }

  private static String because(IOException problem) {
    for (Throwable cause = problem.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof CertPathBuilderException) {
        return ": nobody who is trusted here vouches for its certificate; --ca-file names who does";
      }
    }
    String message = problem.getMessage();
    return message == null ? "" : ": " + message;
  }

  private CommandFailure refusal(int status, String body) {
    int exitCode =
        switch (status) {
          case 401, 403 -> ExitCode.NOT_AUTHORISED;
          case 404 -> ExitCode.NOT_FOUND;
          default -> ExitCode.REFUSED;
        };
    String otherwise = server + " answered with status " + status;
    try {
      if (json().readTree(body) instanceof ObjectNode problem) {
        String detail =
            Words.oneLine(problem.path("detail").asString(problem.path("title").asString("")));
        String message = detail.isEmpty() ? otherwise : detail + " (" + status + ")";
        return new CommandFailure(exitCode, message + howToOverride(problem), problem);
      }
    } catch (JacksonException e) {
      // A proxy's page, most likely: the status says more than its HTML would.
    }
    return new CommandFailure(
        exitCode, otherwise, CommandFailure.json(exitCode, otherwise).put("status", status));
  }
}
