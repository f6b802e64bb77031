package dev.turnout.client;

import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Time and chance, handed in. Waiting goes by {@code nanos} and {@code timer}, which no jump of the
 * wall clock disturbs.
 */
record Sources(Clock clock, LongSupplier nanos, Random random, ScheduledExecutorService timer) {

  /** The real ones; the timer is a daemon thread of its own. */
  static Sources real(Consumer<String> warning) {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(1, Http.daemons("turnout-control-timer", warning));
    timer.setRemoveOnCancelPolicy(true);
    return new Sources(Clock.systemUTC(), System::nanoTime, new Random(), timer);
  }

  /** The duration give or take 20 %, so that a fleet does not move in step. */
  Duration jittered(Duration about) {
    return Duration.ofNanos((long) (about.toNanos() * (0.8 + 0.4 * random.nextDouble())));
  }
}
