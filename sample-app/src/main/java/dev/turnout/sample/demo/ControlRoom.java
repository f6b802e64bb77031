package dev.turnout.sample.demo;

import dev.turnout.sample.traffic.TrafficPlan;
import java.io.IOException;
import java.net.URI;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** The control server, as somebody with the admin's token uses it. */
final class ControlRoom {
  private final JsonHttp http;

  ControlRoom(URI url, String token) {
    http = new JsonHttp(url, "Bearer " + token);
  }

  URI url() {
    return http.base();
  }

  boolean isUp() {
    return http.isUp();
  }

  /** Changes fields of a flag, which is created if there is none. */
  JsonNode put(String flag, String fields) throws IOException {
    return http.send("PUT", "/feature-flags/" + flag, fields);
  }

  JsonNode flag(String flag) throws IOException {
    return http.get("/feature-flags/" + flag);
  }

  /** All flags, as one comparable document. */
  JsonNode flags() throws IOException {
    return http.get("/feature-flags");
  }

  void reset(String flag) throws IOException {
    http.send("POST", "/feature-flags/reset/" + flag, "{\"reason\":\"demo\"}");
  }

  void canaryMode(boolean on) throws IOException {
    http.send("PUT", "/canary", "{\"mode\":" + on + "}");
  }

  void addCanary(String user) throws IOException {
    http.send("POST", "/canary/users", "{\"user\":\"" + user + "\"}");
  }

  JsonNode status() throws IOException {
    return http.get("/status.json");
  }

  JsonNode agents() throws IOException {
    return http.get("/agents").path("agents");
  }

  /** What the server says about each player: those for whom the flag is on. */
  Set<String> chosen(String flag, TrafficPlan plan) throws IOException {
    Set<String> chosen = new TreeSet<>();
    for (int number = 1; number <= plan.users(); number++) {
      String user = "user-" + number;
      String context =
          "{\"context\":{\"user_id\":\"%s\",\"ring\":\"%s\"}}".formatted(user, plan.ring(number));
      JsonNode answer = http.send("POST", "/feature-flags/evaluate", context);
      if (answer.path("flags").path(flag).path("on").asBoolean(false)) {
        chosen.add(user);
      }
    }
    return chosen;
  }
}
