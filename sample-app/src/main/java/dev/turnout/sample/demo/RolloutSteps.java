package dev.turnout.sample.demo;

import dev.turnout.sample.demo.GameInstance.Seen;
import dev.turnout.sample.traffic.TrafficPlan;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Steps 1 to 4: who is let in. */
final class RolloutSteps {
  private static final String USE_CASE = "playturn";
  private static final String FLAG = Stage.FLAG_PREFIX + USE_CASE;
  private static final Duration LIMIT = Duration.ofSeconds(25);

  private final Stage stage;
  private final TrafficPlan plan;
  private final ControlRoom control;
  private final Witness witness;
  private final Patience patience;
  private final Checks checks;
  private Set<String> internal = Set.of();

  RolloutSteps(Stage stage, TrafficPlan plan, Witness witness, Patience patience, Checks checks)
      throws IOException {
    this.stage = stage;
    this.plan = plan;
    this.control = stage.control();
    this.witness = witness;
    this.patience = patience;
    this.checks = checks;
  }

  void nobody() throws IOException, InterruptedException {
    checks.step(1, "0 %: every call takes the fallback");
    patience.require(
        "both agents connected with four gates each", Duration.ofSeconds(20), stage::allWired);
    checks.that(true, "two agents are connected, each with its four methods gated");
    Seen turns = witness.users(USE_CASE, Set.of(), 200, LIMIT);
    patience.until(LIMIT, this::everythingWasCalled);
    for (String useCase : Stage.USE_CASES) {
      for (GameInstance game : stage.games()) {
        Seen seen = game.seen(useCase);
        checks.that(
            seen.newCalls() == 0 && seen.fallbackCalls() > 0,
            "%s on %s: %d calls, %d of them new"
                .formatted(useCase, game.name(), seen.calls(), seen.newCalls()));
      }
    }
    checks.say("over both: %d turns, all in memory".formatted(turns.calls()));
  }

  private boolean everythingWasCalled() throws IOException {
    boolean called = true;
    for (String useCase : Stage.USE_CASES) {
      for (GameInstance game : stage.games()) {
        called &= game.seen(useCase).calls() > 0;
      }
    }
    return called;
  }

  void whoIsInStaysIn() throws IOException, InterruptedException {
    checks.step(2, "10 %, then 25 %: whoever is in stays in");
    Set<String> ten = letIn(10);
    Set<String> quarter = letIn(25);
    checks.that(
        quarter.containsAll(ten) && quarter.size() > ten.size(),
        "all %d users of the 10 %% are among the %d of the 25 %%"
            .formatted(ten.size(), quarter.size()));
  }

  private Set<String> letIn(int percent) throws IOException, InterruptedException {
    control.put(FLAG, "{\"percentage\": " + percent + "}");
    Set<String> chosen = control.chosen(FLAG, plan);
    Seen seen = witness.users(USE_CASE, chosen, 400, LIMIT);
    double share = 100.0 * seen.newCalls() / Math.max(1, seen.calls());
    checks.that(
        seen.users().equals(chosen),
        "at %d %%: the %d users on the new path are the %d the server chose%s"
            .formatted(percent, seen.users().size(), chosen.size(), difference(seen, chosen)));
    checks.that(
        Math.abs(share - percent) < 8,
        String.format(Locale.ROOT, "%.1f %% of %d turns took the new path", share, seen.calls()));
    return seen.users();
  }

  void internalRing() throws IOException, InterruptedException {
    checks.step(3, "the internal ring at 100 %, the others at 0 %");
    internal = new TreeSet<>();
    for (int number = 1; number <= plan.users(); number++) {
      if (plan.ring(number).equals("internal")) {
        internal.add("user-" + number);
      }
    }
    control.put(
        FLAG, "{\"strategy\": \"ring\", \"rings\": {\"internal\": 100, \"beta\": 0, \"ga\": 0}}");
    Seen seen = witness.users(USE_CASE, internal, 400, LIMIT);
    checks.that(
        seen.users().equals(internal),
        "the new path was run by the %d internal users and nobody else%s"
            .formatted(internal.size(), difference(seen, internal)));
  }

  void canaryUser() throws IOException, InterruptedException {
    String canary = "user-" + plan.users();
    checks.step(4, canary + ", of no such ring, becomes a canary");
    control.addCanary(canary);
    control.canaryMode(true);
    Set<String> expected = new TreeSet<>(internal);
    expected.add(canary);
    Seen seen = witness.users(USE_CASE, expected, 400, LIMIT);
    checks.that(
        seen.users().equals(expected),
        "%s is on the new path, beside the internal ring%s"
            .formatted(canary, difference(seen, expected)));
    control.canaryMode(false);
    Seen after = witness.users(USE_CASE, internal, 400, LIMIT);
    checks.that(
        after.users().equals(internal),
        "with canary mode off %s is back on the fallback%s"
            .formatted(canary, difference(after, internal)));
  }

  private static String difference(Seen seen, Set<String> expected) {
    Set<String> missing = new TreeSet<>(expected);
    missing.removeAll(seen.users());
    Set<String> uninvited = new TreeSet<>(seen.users());
    uninvited.removeAll(expected);
    return missing.isEmpty() && uninvited.isEmpty()
        ? ""
        : "; not seen: " + missing + ", uninvited: " + uninvited;
  }
}
