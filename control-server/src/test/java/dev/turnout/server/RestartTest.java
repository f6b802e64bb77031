package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RestartTest {
  private static final List<String> PAGES =
      List.of("/feature-flags", "/canary", "/rings", "/audit");

  @TempDir Path data;

  @Test
  void restart_keepsEverything() throws Exception {
    List<String> before;
    String admin;
    String snapshot;
    try (Served served = Served.in(data)) {
      served
          .put(
              "/feature-flags/x",
              """
              {"strategy": "ring", "rings": {"internal": 100, "beta": 0.5}, "percentage": 33.333,
               "canary": {"servers": ["game-1"], "regions": ["eu"], "users": ["u@example.com"]},
               "stickiness": "tenant", "description": "übung",
               "limits": [{"metric": "p99_ms", "above": 100, "window": "5m", "for": "500ms"},
                          {"metric": "error_rate", "above": 99.999, "window": "1h",
                           "min_calls": 1000000000, "for": "168h"}]}""")
          .is(201);
      served.put("/feature-flags/y", "{\"dependencies\": [\"x\"]}").is(201);
      served.post("/feature-flags/kill/y", "{\"reason\": \"errors\"}").is(200);
      served.put("/canary", "{\"mode\": true}").is(200);
      served.post("/canary/users", "{\"user\": \"u@example.com\"}").is(200);
      served
          .put("/rings/internal", "{\"users\": [\"u\"], \"email_domains\": [\"Example.com\"]}")
          .is(200);
      served.put("/rings/beta", "{}").is(200);
      served.put("/feature-flags/z", "{}").is(201);
      served.delete("/feature-flags/z").is(204);
      admin = served.admin;
      before = PAGES.stream().map(page -> served.get(page).is(200).body()).toList();
      snapshot = served.send(served.agent, "GET", "/agent/v1/snapshot?service=s", null).body();
    }
    try (Served served = Served.in(data)) {
      assertThat(served.admin).isEqualTo(admin);
      assertThat(PAGES.stream().map(page -> served.get(page).is(200).body()).toList())
          .isEqualTo(before);
      assertThat(served.send(served.agent, "GET", "/agent/v1/snapshot?service=s", null).body())
          .isEqualTo(snapshot);
      assertThat(served.revision()).isEqualTo(9);
      served.delete("/canary/users/u@example.com").is(200);
      assertThat(served.delete("/rings/beta").is(200).body())
          .isEqualTo(
              "{\"rings\":{\"internal\":{\"users\":[\"u\"],\"email_domains\":[\"example.com\"]}}}");
      assertThat(served.revision()).isEqualTo(11);
    }
  }

  @Test
  void change_withoutEffect_movesNoRevision() throws Exception {
    try (Served served = Served.in(data)) {
      served.put("/feature-flags/x", "{\"percentage\": 10}").is(201);
      served.put("/feature-flags/x", "{\"percentage\": 10}").is(200);
      served.post("/feature-flags/kill/x", "").is(200);
      served.post("/feature-flags/kill/x", "").is(200);
      assertThat(served.revision()).isEqualTo(2);
      assertThat(served.get("/audit?flag=x").json().get("entries")).hasSize(2);
    }
  }
}
