package dev.turnout.cli;

import java.time.Duration;

/**
 * The time that passes while a command waits. It is not the time of day: setting a clock must
 * neither shorten nor lengthen a wait.
 */
interface Stopwatch {
  /** The time of this process. */
  Stopwatch SYSTEM =
      new Stopwatch() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public void pause(Duration duration) throws InterruptedException {
          Thread.sleep(duration.toMillis());
        }
      };

  /** A reading in nanoseconds, from any origin; only differences mean something. */
  long nanos();

  /** Returns when the duration has passed. */
  void pause(Duration duration) throws InterruptedException;
}
