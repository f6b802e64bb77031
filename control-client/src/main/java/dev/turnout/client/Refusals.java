package dev.turnout.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.flags.Report;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is refused, for the server to be told of, and not more than a few of each kind.
 *
 * <p>Whole snapshots of the last hour: the same once, with how often. What is still sent is refused
 * again by every poll, so what was put right is forgotten by itself.
 *
 * <p>Parts of the snapshot in force that were not understood: for as long as it is in force, for
 * nothing would refuse them again. Safe for use by several threads.
 */
final class Refusals {
  private static final int MOST = 10;
  private static final int MAX_REASON = 300;
  private static final long KEPT = Duration.ofHours(1).toNanos();

  private final Sources sources;
  private final Deque<Entry> entries = new ArrayDeque<>();
  private List<Report.Refusal> parts = List.of();

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
    String text = shortened(reason);
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

  /**
   * Takes note of what was not understood of the snapshot that is in force from now on.
   *
   * @param id its {@code EPOCH:REVISION}
   * @param problems a sentence for each part; none if all of it was understood
   */
  synchronized void parts(String id, List<String> problems) {
    List<String> told = problems;
    if (problems.size() > MOST) {
      told = new ArrayList<>(problems.subList(0, MOST - 1));
      told.add((problems.size() - told.size()) + " more of its parts");
    }
    Instant now = sources.clock().instant();
    parts =
        told.stream()
            .map(why -> refusal(new Entry(id, shortened("only in part: " + why), 1, now, 0)))
            .toList();
  }

  // Half of a surrogate pair, which it may quote or be cut off at, would spoil every report.
  private static String shortened(String reason) {
    String cut = reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON);
    return new String(cut.getBytes(UTF_8), UTF_8);
  }

  /** All of them, the latest last. */
  synchronized List<Report.Refusal> list() {
    long now = sources.nanos().getAsLong();
    entries.removeIf(entry -> now - entry.atNanos() > KEPT);
    return Stream.concat(parts.stream(), entries.stream().map(Refusals::refusal)).toList();
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
