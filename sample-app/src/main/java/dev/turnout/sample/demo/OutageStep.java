package dev.turnout.sample.demo;

import dev.turnout.sample.demo.GameInstance.Seen;
import dev.turnout.sample.traffic.TrafficPlan;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** Step 7: the control server is gone, and comes back. */
final class OutageStep {
  private static final String KILLED = "playturn";
  private static final String SHARED = "declare";
  private static final String SHARED_FLAG = Stage.FLAG_PREFIX + SHARED;
  private static final Duration LIMIT = Duration.ofSeconds(25);

  private final Stage stage;
  private final TrafficPlan plan;
  private final ControlRoom control;
  private final Witness witness;
  private final Patience patience;
  private final Checks checks;

  OutageStep(Stage stage, TrafficPlan plan, Witness witness, Patience patience, Checks checks)
      throws IOException {
    this.stage = stage;
    this.plan = plan;
    this.control = stage.control();
    this.witness = witness;
    this.patience = patience;
    this.checks = checks;
  }

  void serverGone() throws IOException, InterruptedException {
    checks.step(7, "kill -9 of the control server; one service is restarted meanwhile");
    control.put(SHARED_FLAG, "{\"percentage\": 50}");
    Set<String> chosen = control.chosen(SHARED_FLAG, plan);
    witness.forget();
    patience.require(SHARED + " is shared on both instances", LIMIT, () -> bothShare(chosen, 20));
    JsonNode before = control.flags();

    stage.killServer();
    checks.that(!control.isUp(), "the control server is dead");
    witness.forget();
    patience.until(LIMIT, () -> bothShare(chosen, 40));
    checkDecisions("without a server", chosen);

    GameInstance restarted = stage.games().get(1);
    stage.restartGame(restarted);
    restarted.forget();
    patience.until(LIMIT, () -> enoughCalls(restarted, 40));
    checkDecisions("game-2 restarted without a server", chosen);

    long start = System.nanoTime();
    stage.startServer();
    JsonNode after = control.flags();
    checks.that(
        after.equals(before),
        "the server is back with all %d flags as they were, at revision %d"
            .formatted(after.path("flags").size(), after.path("revision").asLong()));
    patience.require("both agents connected again", Duration.ofSeconds(60), stage::allWired);
    checks.say(
        "both agents were connected again %d s after the server was started"
            .formatted(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)));
    control.put(SHARED_FLAG, "{\"percentage\": 0}");
    Seen seen = witness.users(SHARED, Set.of(), 40, LIMIT);
    checks.that(
        seen.newCalls() == 0,
        "and follow it: at 0 %% %d of %d calls were new".formatted(seen.newCalls(), seen.calls()));
  }

  private boolean bothShare(Set<String> chosen, long fewestCalls) throws IOException {
    boolean shared = true;
    for (GameInstance game : stage.games()) {
      Seen seen = game.seen(SHARED);
      shared &=
          enoughCalls(game, fewestCalls) && seen.newCalls() > 0 && chosen.containsAll(seen.users());
    }
    return shared;
  }

  /** Enough to judge both flags: many calls of one use case do not mean any of the other. */
  private static boolean enoughCalls(GameInstance game, long fewest) throws IOException {
    return game.seen(SHARED).calls() >= fewest && game.seen(KILLED).calls() >= fewest;
  }

  private void checkDecisions(String when, Set<String> chosen) throws IOException {
    for (GameInstance game : stage.games()) {
      Seen seen = game.seen(SHARED);
      double share = (double) seen.newCalls() / Math.max(1, seen.calls());
      checks.that(
          chosen.containsAll(seen.users()) && share > 0.2 && share < 0.8,
          String.format(
              Locale.ROOT,
              "%s, %s: %.0f %% of %d calls of %s new, by none but those chosen at 50 %%",
              when,
              game.name(),
              100 * share,
              seen.calls(),
              SHARED));
      Seen killed = game.seen(KILLED);
      checks.that(
          killed.newCalls() == 0 && killed.fallbackCalls() > 0,
          "%s, %s: the killed flag stays off, %d of %d calls new"
              .formatted(when, game.name(), killed.newCalls(), killed.calls()));
    }
  }
}
