package dev.turnout.client;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Says each kind of thing at most once a minute, and how often it was not said. */
final class Warnings {
  /** What there is to warn of. */
  enum Topic {
    /** The server cannot be reached or refuses. */
    CONNECTION,
    /** The server refuses reports. */
    REPORT,
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
  private final Map<Topic, Long> unsaid = new EnumMap<>(Topic.class);

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
        unsaid.merge(topic, 1L, Long::sum);
        return;
      }
      said.put(topic, now);
      Long more = unsaid.remove(topic);
      line = more == null ? text : text + " (" + more + " more in the meantime)";
    }
    say(line);
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
