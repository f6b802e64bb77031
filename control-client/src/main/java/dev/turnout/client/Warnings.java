package dev.turnout.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Says each kind of thing at most once a minute, and how often it was not said; what was said last
 * of that comes out when the minute is over, with the next of its kind or without one.
 */
final class Warnings {
  /** What there is to warn of. */
  enum Topic {
    /** The server cannot be reached or refuses. */
    CONNECTION,
    /** The server refuses reports. */
    REPORT,
    /** The files of TLS are not what they should be. */
    TLS,
    /** A document, or a part of it, was not understood. */
    DOCUMENT,
    /** The server offers what is older than what is in force. */
    OLDER,
    /** A document is not signed as it should be, or of another environment. */
    UNTRUSTED,
    /** The snapshot in force is past its validity. */
    EXPIRED,
    /** Something of ours, or the listener, failed. */
    INTERNAL
  }

  private static final long QUIET = Duration.ofMinutes(1).toNanos();

  private final Consumer<String> sink;
  private final LongSupplier nanos;
  private final Map<Topic, Long> said = new EnumMap<>(Topic.class);
  private final Map<Topic, Unsaid> unsaid = new EnumMap<>(Topic.class);

  /** What was kept back: the last of it, when that was, and how many there were. */
  private record Unsaid(String text, long atNanos, long times) {}

  Warnings(Consumer<String> sink, LongSupplier nanos) {
    this.sink = sink;
    this.nanos = nanos;
  }

  void warn(Topic topic, String text) {
    String line;
    synchronized (this) {
      long now = nanos.getAsLong();
      Long last = said.get(topic);
      if (last != null && now - last < QUIET) {
        Unsaid before = unsaid.get(topic);
        unsaid.put(topic, new Unsaid(text, now, before == null ? 1 : before.times() + 1));
        return;
      }
      said.put(topic, now);
      Unsaid more = unsaid.remove(topic);
      line = more == null ? text : text + " (" + more.times() + " more in the meantime)";
    }
    say(line);
  }

  /** Says what was kept back for a minute. To be called again and again; waits for nobody. */
  void look() {
    due().forEach(this::say);
  }

  private synchronized List<String> due() {
    if (unsaid.isEmpty()) {
      return List.of();
    }
    long now = nanos.getAsLong();
    List<String> lines = new ArrayList<>();
    for (Topic topic : Topic.values()) {
      Unsaid kept = unsaid.get(topic);
      Long last = said.get(topic);
      if (kept != null && (last == null || now - last >= QUIET)) {
        unsaid.remove(topic);
        said.put(topic, now);
        lines.add(late(kept, now));
      }
    }
    return lines;
  }

  private static String late(Unsaid kept, long now) {
    String ago = Duration.ofNanos(now - kept.atNanos()).toSeconds() + " s ago";
    return kept.times() == 1
        ? kept.text() + " (" + ago + ")"
        : kept.text() + " (" + ago + "; " + (kept.times() - 1) + " more in the meantime)";
  }

  /** Hands a line over; a listener that throws must not stop a retry. */
  void say(String line) {
    try {
      sink.accept(line);
    } catch (Throwable ignored) {
      // There is nobody left to tell.
    }
  }
}
