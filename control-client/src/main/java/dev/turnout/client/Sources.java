package dev.turnout.client;

import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import java.util.function.LongSupplier;

/** Time and chance, handed in. Waiting goes by {@code nanos}, which no jump of a clock disturbs. */
record Sources(Clock clock, LongSupplier nanos, Random random) {

  /** The real ones. */
  static Sources real() {
    return new Sources(Clock.systemUTC(), System::nanoTime, new Random());
  }

  /** The duration give or take 20 %, so that a fleet does not move in step. */
  Duration jittered(Duration about) {
    return Duration.ofNanos((long) (about.toNanos() * (0.8 + 0.4 * random.nextDouble())));
  }
}
