package dev.turnout.client;

import dev.turnout.flags.Report;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What was refused within the last hour, for the server to be told of: the same once, with how
 * often, and not more than a few. What is still sent is refused again by every poll, so what was
 * put right is forgotten by itself. Safe for use by several threads.
 */
final class Refusals {
  private static final int MOST = 10;
  private static final int MAX_REASON = 300;
  private static final long KEPT = Duration.ofHours(1).toNanos();

  private final Sources sources;
  private final Deque<Entry> entries = new ArrayDeque<>();

  Refusals(Sources sources) {
    this.sources = sources;
  }

  private record Entry(@Nullable String id, String reason, long times, Instant at, long atNanos) {}

  /**
   * Takes note of one.
   *
   * @param id {@code EPOCH:REVISION} as the server named it, which nobody has vouched for; null if
   *     it did not
   */
  synchronized void add(@Nullable String id, String reason) {
    String text = reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON);
    long times = 1;
    for (Iterator<Entry> all = entries.iterator(); all.hasNext(); ) {
      Entry entry = all.next();
      if (Objects.equals(entry.id(), id) && entry.reason().equals(text)) {
        times = entry.times() + 1;
        all.remove();
      }
    }
    entries.add(new Entry(id, text, times, sources.clock().instant(), sources.nanos().getAsLong()));
    if (entries.size() > MOST) {
      entries.remove();
    }
  }

  /** All of them, the latest last. */
  synchronized List<Report.Refusal> list() {
    long now = sources.nanos().getAsLong();
    entries.removeIf(entry -> now - entry.atNanos() > KEPT);
    return entries.stream().map(Refusals::refusal).toList();
  }

  private static Report.Refusal refusal(Entry entry) {
    String id = entry.id();
    boolean known = id != null && id.matches("[0-9]{1,18}:[0-9]{1,18}");
    String[] parts = known && id != null ? id.split(":", 2) : new String[0];
    return new Report.Refusal(
        known ? Long.valueOf(parts[0]) : null,
        known ? Long.valueOf(parts[1]) : null,
        entry.reason(),
        entry.times(),
        entry.at());
  }
}
