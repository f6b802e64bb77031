package dev.turnout.sample.traffic;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One user, who plays game after game: start, some turns, declare, score. A call that fails is not
 * repeated, so a broken use case does not keep the others from being called; only without a game
 * there is nothing to do but to start one.
 *
 * <p>Not safe for use by several threads, but may be handed from one to the next.
 */
final class Player {
  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int FEWEST_TURNS = 3;
  private static final int MOST_TURNS = 6;

  private final String user;
  private final String ring;
  private final List<URI> services;
  private int gamesStarted;
  private int step;
  private int turns;
  private @Nullable String gameUrl;

  /**
   * @param number decides with which service the player begins
   */
  Player(int number, String ring, List<URI> services) {
    this.user = "user-" + number;
    this.ring = ring;
    this.services = services;
    this.gamesStarted = number;
  }

  /** Returns the next call of this player. Its outcome must be told before the one after it. */
  HttpRequest nextCall() {
    String game = gameUrl;
    if (game == null) {
      return post(service() + "/games");
    }
    if (step < turns) {
      return post(game + "/turns");
    }
    return step == turns ? post(game + "/declare") : request(game + "/score").GET().build();
  }

  /** Takes note of a call that was answered with a status from 200 to 299. */
  void succeeded(String body) {
    if (gameUrl == null) {
      begin(body);
    } else {
      advance();
    }
  }

  /** Takes note of a call that was answered with another status or not at all. */
  void failed() {
    if (gameUrl == null) {
      gamesStarted++;
    } else {
      advance();
    }
  }

  private void begin(String body) {
    try {
      JsonNode id = MAPPER.readTree(body).path("id");
      gameUrl = id.isString() ? service() + "/games/" + id.stringValue() : null;
    } catch (JacksonException e) {
      gameUrl = null;
    }
    gamesStarted++;
    step = 0;
    turns = FEWEST_TURNS + gamesStarted % (MOST_TURNS - FEWEST_TURNS + 1);
  }

  private void advance() {
    step++;
    if (step > turns + 1) {
      gameUrl = null;
    }
  }

  private String service() {
    String url = services.get(Math.floorMod(gamesStarted, services.size())).toString();
    return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  private HttpRequest post(String url) {
    return request(url)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString("{}"))
        .build();
  }

  private HttpRequest.Builder request(String url) {
    return HttpRequest.newBuilder(URI.create(url))
        .timeout(PATIENCE)
        .header("X-User", user)
        .header("X-Ring", ring);
  }
}
