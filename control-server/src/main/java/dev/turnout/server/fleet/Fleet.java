package dev.turnout.server.fleet;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Host;
import dev.turnout.flags.Report;
import dev.turnout.flags.Snapshot;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JVMs that were heard of lately, in memory only: after a restart of the server they connect
 * and report again. Safe for use by several threads.
 */
public final class Fleet {
  private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(10);
  private static final long MOST = 50_000;

  private final Clock clock;
  private final Cache<Key, Agent> agents;

  private record Key(String service, String instance) {
    static Key of(Host host) {
      return new Key(host.service(), host.instance());
    }
  }

  /**
   * Knows nobody yet.
   *
   * @param clock for what people are shown
   * @param ticker for forgetting, in nanoseconds
   */
  public Fleet(Clock clock, Ticker ticker) {
    this.clock = clock;
    agents =
        Caffeine.newBuilder()
            .expireAfterWrite(FORGOTTEN_AFTER)
            .maximumSize(MOST)
            .ticker(ticker)
            .build();
  }

  /** A stream was opened. */
  public void connected(Host host) {
    changeStreams(host, 1);
  }

  /** A stream has ended. */
  public void disconnected(Host host) {
    changeStreams(host, -1);
  }

  /** A stream is still open. */
  public void seen(Host host) {
    changeStreams(host, 0);
  }

  private void changeStreams(Host host, int by) {
    Instant now = clock.instant();
    agents
        .asMap()
        .compute(
            Key.of(host),
            (key, known) -> {
              // Heard of by its stream only if it was pushed out meanwhile.
              Agent agent =
                  known != null ? known : new Agent(host, by == 0 ? 1 : 0, now, null, null);
              return agent.with(Math.max(0, agent.streams() + by), now);
            });
  }

  /** Returns whether a newer report of the same JVM came before. */
  public boolean isOutdated(Report report) {
    Agent known = find(report);
    return known != null && known.isOutdated(report);
  }

  /**
   * A report came.
   *
   * @return what is known of the JVM now
   */
  public Agent reported(Report report) {
    Instant now = clock.instant();
    return agents
        .asMap()
        .compute(
            Key.of(report.host()),
            (key, known) -> {
              Agent agent = known != null ? known : new Agent(report.host(), 0, now, null, null);
              return agent.with(report, now);
            });
  }

  /** The JVM that sent the report, as it was known before; null if it was not. */
  public @Nullable Agent find(Report report) {
    return agents.getIfPresent(Key.of(report.host()));
  }

  /** Returns whether an instance that is connected keeps the flag off by itself. */
  public boolean isTrippedSomewhere(Flag flag) {
    return agents.asMap().values().stream()
        .anyMatch(agent -> agent.isConnected() && agent.hasTripped(flag));
  }

  /** Everyone whose snapshot is newer than this one. */
  public List<Agent> ahead(Snapshot snapshot) {
    return agents.asMap().values().stream().filter(agent -> agent.isAhead(snapshot)).toList();
  }

  /** Everyone, by service and instance. */
  public List<Agent> agents() {
    agents.cleanUp();
    return agents.asMap().values().stream()
        .sorted(
            Comparator.<Agent, String>comparing(agent -> agent.host().service())
                .thenComparing(agent -> agent.host().instance()))
        .toList();
  }
}
