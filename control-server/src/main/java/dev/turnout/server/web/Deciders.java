package dev.turnout.server.web;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.turnout.flags.Decider;
import dev.turnout.flags.Host;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Snapshot;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Snapshots made ready to decide, kept for the hosts that are asked for until the next change.
 * Whoever asks may make hosts up, so what is kept is bounded. Safe for use by several threads.
 */
final class Deciders {
  // Some hundred bytes each.
  private static final long MOST_FLAGS = 200_000;

  private volatile Compiled latest = new Compiled(Snapshot.EMPTY);

  /** Returns what decides by {@code snapshot}, which is the one in force, for {@code host}. */
  Decider of(Snapshot snapshot, Host host) {
    Compiled compiled = latest;
    if (!compiled.isOf(snapshot)) {
      compiled = new Compiled(snapshot);
      latest = compiled;
    }
    return compiled.of(host);
  }

  private static final class Compiled {
    private final Snapshot snapshot;
    private final Cache<Host, Decider> byHost;

    Compiled(Snapshot snapshot) {
      this.snapshot = snapshot;
      byHost =
          Caffeine.newBuilder()
              .maximumWeight(MOST_FLAGS)
              .weigher((Host host, Decider decider) -> 1 + snapshot.flags().size())
              .build();
    }

    // The very object: to compare what they hold would take longer than to compile.
    @SuppressWarnings("ReferenceEquality")
    boolean isOf(Snapshot other) {
      return snapshot == other;
    }

    Decider of(Host host) {
      return byHost.get(
          host,
          absent ->
              Decider.compile(
                  snapshot,
                  absent,
                  Set.of(),
                  () -> ThreadLocalRandom.current().nextInt(Percentage.BUCKETS)));
    }
  }
}
