package dev.turnout.sample.demo;

import dev.turnout.sample.demo.GameInstance.Seen;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** What the services' own implementations say ran, over all instances. */
final class Witness {
  /** How long calls may still be decided by what was in force before a change. */
  private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final List<GameInstance> games;
  private final Patience patience;

  Witness(List<GameInstance> games, Patience patience) {
    this.games = games;
    this.patience = patience;
  }

  Seen all(String useCase) throws IOException {
    Seen sum = new Seen(0, 0, 0, 0, Set.of());
    for (GameInstance game : games) {
      Seen seen = game.seen(useCase);
      Set<String> users = new TreeSet<>(sum.users());
      users.addAll(seen.users());
      sum =
          new Seen(
              sum.newCalls() + seen.newCalls(),
              sum.fallbackCalls() + seen.fallbackCalls(),
              sum.newErrors() + seen.newErrors(),
              Math.max(sum.lastNewCallNanos(), seen.lastNewCallNanos()),
              users);
    }
    return sum;
  }

  void forget() throws IOException {
    for (GameInstance game : games) {
      game.forget();
    }
  }

  /**
   * Waits until exactly {@code expected} have run the new path, after a short time in which calls
   * may still be decided as before, and returns what was seen from then on. Returns early when
   * somebody else runs it, and late when somebody expected does not: the caller checks.
   */
  Seen users(String useCase, Set<String> expected, long fewestCalls, Duration limit)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    forget();
    patience.until(
        limit,
        () -> {
          Seen seen = all(useCase);
          if (!expected.containsAll(seen.users())) {
            if (System.nanoTime() - start > SETTLE_NANOS) {
              return true;
            }
            forget();
            return false;
          }
          return seen.calls() >= fewestCalls && seen.users().containsAll(expected);
        });
    return all(useCase);
  }
}
