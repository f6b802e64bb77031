package dev.turnout.client;

import java.time.Duration;
import java.util.Random;

/**
 * Full-jitter back-off: each wait is drawn evenly from nothing up to a ceiling that doubles with
 * every failure. Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 * Not safe for use by several threads.
 */
final class BackOff {
  // Against a busy loop when nothing was drawn ten times in a row.
  private static final Duration FLOOR = Duration.ofMillis(50);

  private final Duration from;
  private final Duration to;
  private final Random random;
  private Duration ceiling;

  BackOff(Duration from, Duration to, Random random) {
    this.from = from;
    this.to = to;
    this.random = random;
    ceiling = from;
  }

  Duration next() {
    Duration wait = Duration.ofNanos((long) (ceiling.toNanos() * random.nextDouble()));
    Duration doubled = ceiling.multipliedBy(2);
    ceiling = doubled.compareTo(to) < 0 ? doubled : to;
    return wait.compareTo(FLOOR) < 0 ? FLOOR : wait;
  }

  void reset() {
    ceiling = from;
  }
}
