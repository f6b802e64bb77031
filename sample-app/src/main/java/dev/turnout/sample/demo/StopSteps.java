package dev.turnout.sample.demo;

import dev.turnout.sample.demo.GameInstance.Seen;
import dev.turnout.sample.traffic.TrafficGenerator;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** Steps 5 and 6: how the new path is stopped, by itself and by a person. */
final class StopSteps {
  private static final String USE_CASE = "playturn";
  private static final String FLAG = Stage.FLAG_PREFIX + USE_CASE;
  private static final Duration SETTLE = Duration.ofMillis(1_500);
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final int ATTEMPTS = 3;

  private final Stage stage;
  private final ControlRoom control;
  private final TrafficGenerator traffic;
  private final Witness witness;
  private final Patience patience;
  private final Checks checks;

  StopSteps(
      Stage stage, TrafficGenerator traffic, Witness witness, Patience patience, Checks checks)
      throws IOException {
    this.stage = stage;
    this.control = stage.control();
    this.traffic = traffic;
    this.witness = witness;
    this.patience = patience;
    this.checks = checks;
  }

  void trip() throws IOException, InterruptedException {
    checks.step(5, "at 50 % the new path of game-1 begins to fail, and stops itself");
    control.put(FLAG, "{\"strategy\": \"percentage\", \"percentage\": 50}");
    patience.require(
        "a share of about 50 % on both instances", LIMIT, () -> shareReached(0.35, 0.65));
    GameInstance broken = stage.games().get(0);
    GameInstance sound = stage.games().get(1);
    witness.forget();
    long failedBefore = traffic.failedCalls();
    broken.fault(USE_CASE, "fail");
    long faultNanos = epochNanos(Instant.now());
    patience.require(
        "the control server knows of the trip",
        LIMIT,
        () -> control.flag(FLAG).path("stop").isObject());
    patience.pause(SETTLE);
    Seen here = broken.seen(USE_CASE);
    Seen there = sound.seen(USE_CASE);
    JsonNode stop = control.flag(FLAG).path("stop");
    checks.say(stop.path("reason").asString(""));
    String logged = stage.lastLogLine(broken, FLAG);
    if (!logged.isEmpty()) {
      checks.say("game-1 logged: " + logged);
    }
    JsonNode evidence = stop.path("evidence");
    checks.that(
        stop.path("kind").asString("").equals("tripped")
            && stop.path("by").asString("").equals("game/game-1"),
        "the flag is tripped for the fleet, by " + stop.path("by").asString("?"));
    checks.that(
        evidence.path("bad").asLong(0) > 0 && evidence.path("bad").asLong(0) <= here.newErrors(),
        "its evidence, %d bad of %d calls, is within the %d failures that game-1 counted"
            .formatted(
                evidence.path("bad").asLong(0),
                evidence.path("calls").asLong(0),
                here.newErrors()));
    checks.say(
        "%d calls failed in game-1, %d in game-2; the players saw %d failed requests"
            .formatted(here.newErrors(), there.newErrors(), traffic.failedCalls() - failedBefore));
    checks.that(
        millis(here.lastNewCallNanos() - faultNanos) < 10_000,
        "game-1 ran its last new call %d ms after the fault began"
            .formatted(millis(here.lastNewCallNanos() - faultNanos)));
    checks.that(
        millis(there.lastNewCallNanos() - here.lastNewCallNanos()) < 2_000,
        "game-2, which never failed, its last one %d ms after game-1's"
            .formatted(millis(there.lastNewCallNanos() - here.lastNewCallNanos())));
    checkQuiet("after the trip");
  }

  void kill() throws IOException, InterruptedException {
    checks.step(6, "mended, reset, 100 %; then ./turnout kill");
    stage.games().get(0).fault(USE_CASE, "none");
    control.put(FLAG, "{\"percentage\": 100}");
    long callsMeanwhile = 0;
    // Were no turn due while the command runs, the time of the last one would say nothing.
    for (int attempt = 0; callsMeanwhile == 0 && attempt < ATTEMPTS; attempt++) {
      callsMeanwhile = resetAndKill();
    }
    checks.that(
        callsMeanwhile > 0,
        "%d turns took the new path between the command and its effect".formatted(callsMeanwhile));
    checkQuiet("after the kill");
  }

  /** Returns how many turns took the new path after the command was started. */
  private long resetAndKill() throws IOException, InterruptedException {
    control.reset(FLAG);
    patience.require("every turn on the new path after the reset", LIMIT, () -> shareReached(1, 1));
    checks.that(true, "after the reset and 100 % every turn takes the new path again");
    witness.forget();

    Instant start = Instant.now();
    Process command = stage.startTurnout("kill", FLAG, "--reason", "the demo's sixth step");
    String answer;
    Instant answered;
    try (BufferedReader output = command.inputReader()) {
      answer = String.valueOf(output.readLine());
      answered = Instant.now();
      output.lines().forEach(line -> {});
    }
    boolean ended = command.waitFor(10, TimeUnit.SECONDS);
    checks.say("./turnout kill: " + answer);
    checks.that(ended && command.exitValue() == 0, "the command succeeded");
    Instant decided = Instant.parse(control.flag(FLAG).path("stop").path("at").asString());
    patience.pause(SETTLE);
    Seen seen = witness.all(USE_CASE);
    long last = seen.lastNewCallNanos();
    if (seen.newCalls() > 0) {
      checks.say(
          "from starting the command to the last new call of both services: %d ms"
              .formatted(millis(last - epochNanos(start))));
    }
    checks.say(
        "the server had decided %d ms after the command was started, which said so after %d ms"
            .formatted(
                millis(epochNanos(decided) - epochNanos(start)),
                millis(epochNanos(answered) - epochNanos(start))));
    long effect = millis(last - epochNanos(decided));
    checks.that(
        effect < 1_000,
        effect <= 0
            ? "no new call began after the server had decided"
            : "the last new call began %d ms after the server had decided".formatted(effect));
    return seen.newCalls();
  }

  /** No more calls of the new path, while the fallback takes some dozens. */
  private void checkQuiet(String when) throws IOException, InterruptedException {
    Seen before = witness.all(USE_CASE);
    patience.pause(SETTLE);
    patience.until(
        LIMIT, () -> witness.all(USE_CASE).fallbackCalls() - before.fallbackCalls() >= 100);
    Seen after = witness.all(USE_CASE);
    long fallback = after.fallbackCalls() - before.fallbackCalls();
    checks.that(
        after.newCalls() == before.newCalls() && fallback > 0,
        "%s: %d new calls, while the fallback took %d"
            .formatted(when, after.newCalls() - before.newCalls(), fallback));
  }

  /**
   * Whether the turns of both instances are shared as asked. One that saw enough turns and another
   * share begins to count anew: it has seen turns from before the change.
   */
  private boolean shareReached(double least, double most) throws IOException {
    boolean reached = true;
    for (GameInstance game : stage.games()) {
      Seen seen = game.seen(USE_CASE);
      double share = (double) seen.newCalls() / Math.max(1, seen.calls());
      boolean enough = seen.calls() >= 60;
      boolean asAsked = share >= least && share <= most;
      reached &= enough && asAsked;
      if (enough && !asAsked) {
        game.forget();
      }
    }
    return reached;
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }

  private static long epochNanos(Instant instant) {
    return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
  }
}
