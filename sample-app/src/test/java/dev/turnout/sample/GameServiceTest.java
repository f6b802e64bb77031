package dev.turnout.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The service over real HTTP. There is no agent here, so every call runs the new path. */
class GameServiceTest {
  private final HttpClient client = HttpClient.newHttpClient();
  private GameService service;

  @BeforeEach
  void startService() throws IOException {
    service = GameService.start(0, GameService.IN_MEMORY, "test");
  }

  @AfterEach
  void stopService() {
    service.close();
  }

  @Test
  void health_isUp() throws Exception {
    Reply reply = get("/health");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body().path("status").stringValue()).isEqualTo("up");
    assertThat(reply.body().path("instance").stringValue()).isEqualTo("test");
  }

  @Test
  void wholeGame_endsInASettledScore() throws Exception {
    Reply started = post("/games", "{\"player\":\"ann\"}");
    String game = "/games/" + started.body().path("id").stringValue();
    int discard = started.body().path("hand").get(0).intValue();

    Reply played = post(game + "/turns", "{\"discard\":" + discard + "}");
    Reply declared = post(game + "/declare", "");
    Reply score = get(game + "/score");

    assertThat(started.status()).isEqualTo(201);
    assertThat(played.body().path("turns").get(0).path("discarded").intValue()).isEqualTo(discard);
    assertThat(declared.body().path("declared").booleanValue()).isTrue();
    assertThat(score.status()).isEqualTo(200);
    assertThat(score.body().path("settled").booleanValue()).isTrue();
  }

  @Test
  void stats_countWhatRan() throws Exception {
    String game = startGame();
    post(game + "/turns", "{}");
    post(game + "/turns", "{}");
    get(game + "/score");

    JsonNode useCases = get("/stats").body().path("use_cases");

    assertThat(useCases.path("startgame").path("new_calls").longValue()).isEqualTo(1);
    assertThat(useCases.path("playturn").path("new_calls").longValue()).isEqualTo(2);
    assertThat(useCases.path("playturn").path("fallback_calls").longValue()).isZero();
    assertThat(useCases.path("declare").path("new_calls").longValue()).isZero();
    assertThat(useCases.path("scoring").path("last_new_call_epoch_millis").longValue())
        .isPositive();
    assertThat(useCases.path("playturn").path("new_users").valueStream().toList())
        .extracting(JsonNode::stringValue)
        .isEqualTo(List.of("ann"));
  }

  @Test
  void statsReset_forgetsUsersAndCounts() throws Exception {
    startGame();

    JsonNode after = post("/stats/reset", "").body().path("use_cases").path("startgame");

    assertThat(after.path("new_calls").longValue()).isZero();
    assertThat(after.path("new_users").isEmpty()).isTrue();
  }

  @Test
  void faultFail_answers500UntilItIsTakenBack() throws Exception {
    String game = startGame();
    post("/faults", "{\"use_case\":\"playturn\",\"mode\":\"fail\"}");

    Reply failed = post(game + "/turns", "{}");
    JsonNode playTurn = get("/stats").body().path("use_cases").path("playturn");
    post("/faults", "{\"use_case\":\"playturn\",\"mode\":\"none\"}");
    Reply played = post(game + "/turns", "{}");

    assertThat(failed.status()).isEqualTo(500);
    assertThat(failed.body().path("error").stringValue()).isEqualTo("PersistenceFailure");
    assertThat(playTurn.path("new_errors").longValue()).isEqualTo(1);
    assertThat(played.body().path("turns").size()).isEqualTo(1);
  }

  @Test
  void faultSlow_delaysTheAnswer() throws Exception {
    String game = startGame();
    post("/faults", "{\"use_case\":\"declare\",\"mode\":\"slow\",\"delay_ms\":150}");

    long start = System.nanoTime();
    Reply declared = post(game + "/declare", "");

    assertThat(declared.status()).isEqualTo(200);
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(150_000_000L);
  }

  @Test
  void faults_refuseUnknownNames() throws Exception {
    assertThat(post("/faults", "{\"use_case\":\"chess\",\"mode\":\"fail\"}").status())
        .isEqualTo(400);
    assertThat(post("/faults", "{\"use_case\":\"declare\",\"mode\":\"odd\"}").status())
        .isEqualTo(400);
    assertThat(post("/faults", "{\"mode\":\"fail\"}").status()).isEqualTo(400);
    assertThat(get("/faults").body().isEmpty()).isTrue();
  }

  @Test
  void unknownGame_is404AsJson() throws Exception {
    Reply reply = post("/games/none/turns", "{}");

    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.body().path("error").stringValue()).isEqualTo("unknown_game");
  }

  @Test
  void anotherPlayersGame_is403() throws Exception {
    String game = startGame();

    assertThat(post(game + "/turns", "{\"player\":\"bob\"}").status()).isEqualTo(403);
  }

  @Test
  void wrongRequests_areAnsweredWithTheirStatus() throws Exception {
    assertThat(post("/games", "not json").status()).isEqualTo(400);
    assertThat(post("/games", "{\"player\":\" \"}").status()).isEqualTo(400);
    assertThat(post("/games", "null").status()).isEqualTo(400);
    assertThat(get("/nowhere").status()).isEqualTo(404);
    assertThat(get("/games").status()).isEqualTo(405);
  }

  @Test
  void restart_onTheSameFileGoesOnWithTheGame(@TempDir Path folder) throws Exception {
    String database = folder.resolve("games").toString();
    service.close();
    service = GameService.start(0, database, "test");
    String game = startGame();
    post(game + "/turns", "{}");
    service.close();

    service = GameService.start(0, database, "test");
    Reply played = post(game + "/turns", "{}");

    assertThat(played.body().path("turns").size()).isEqualTo(2);
    assertThat(get("/stats").body().path("store").path("recovered").longValue()).isEqualTo(1);
  }

  private String startGame() throws Exception {
    return "/games/" + post("/games", "{}").body().path("id").stringValue();
  }

  private Reply get(String path) throws Exception {
    return send(request(path).GET().build());
  }

  private Reply post(String path, String body) throws Exception {
    return send(request(path).POST(BodyPublishers.ofString(body)).build());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path))
        .header("X-User", "ann")
        .header("X-Ring", "internal");
  }

  private Reply send(HttpRequest request) throws Exception {
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    assertThat(response.headers().firstValue("Content-Type"))
        .contains("application/json; charset=utf-8");
    return new Reply(response.statusCode(), JsonMapper.shared().readTree(response.body()));
  }

  private record Reply(int status, JsonNode body) {}
}
