package dev.turnout.sample.demo;

import java.io.IOException;
import java.net.URI;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** One game service, as the demo sees it over HTTP. */
final class GameInstance {
  private final String name;
  private final int port;
  private final int metricsPort;
  private final JsonHttp http;

  GameInstance(String name, int port, int metricsPort) {
    this.name = name;
    this.port = port;
    this.metricsPort = metricsPort;
    this.http = new JsonHttp(URI.create("http://127.0.0.1:" + port), "");
  }

  /**
   * What the implementations of one use case wrote down themselves since the last reset.
   *
   * @param lastNewCallNanos when the newest call of the new path began, in nanoseconds since 1970;
   *     0 if there was none
   */
  record Seen(
      long newCalls, long fallbackCalls, long newErrors, long lastNewCallNanos, Set<String> users) {
    long calls() {
      return newCalls + fallbackCalls;
    }
  }

  String name() {
    return name;
  }

  int port() {
    return port;
  }

  int metricsPort() {
    return metricsPort;
  }

  URI url() {
    return http.base();
  }

  boolean isUp() {
    return http.isUp();
  }

  Seen seen(String useCase) throws IOException {
    JsonNode entry = http.get("/stats").path("use_cases").path(useCase);
    if (entry.isMissingNode()) {
      throw new IOException(name + " has no statistics of " + useCase);
    }
    Set<String> users = new TreeSet<>();
    entry.path("new_users").forEach(user -> users.add(user.asString()));
    return new Seen(
        entry.path("new_calls").asLong(),
        entry.path("fallback_calls").asLong(),
        entry.path("new_errors").asLong(),
        entry.path("last_new_call_epoch_nanos").asLong(),
        users);
  }

  void forget() throws IOException {
    http.send("POST", "/stats/reset", "");
  }

  /** Breaks the new path of a use case, or mends it with the mode {@code none}. */
  void fault(String useCase, String mode) throws IOException {
    http.send("POST", "/faults", "{\"use_case\":\"%s\",\"mode\":\"%s\"}".formatted(useCase, mode));
  }
}
