package dev.turnout.agent;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Looks again for classes that were on their way when somebody attached: twice, for it takes the
 * JVM a walk over all classes, and a collector that works meanwhile leaves dead ones alone that
 * were walked over. On a thread of its own, as the application's loaders are asked. Safe for many
 * threads.
 */
final class LateLooks {
  private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final long LAST_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final int LOOKS = 2;

  private final Errands errands = new Errands("turnout-late");
  private final Consumer<Boolean> look;
  private long begunNanos;
  private int left;

  /**
   * Creates it; nothing is looked at before {@link #begin}.
   *
   * @param look looks once; gets told whether that is the last time
   */
  LateLooks(Consumer<Boolean> look) {
    this.look = look;
  }

  /** Has it looked some seconds from now on. */
  synchronized void begin(long nowNanos) {
    begunNanos = nowNanos;
    left = LOOKS;
  }

  /** Looks if it is time to. To be called again and again; waits for nobody. */
  synchronized void tick(long nowNanos) {
    errands.look();
    boolean last = left == 1;
    if (left > 0 && nowNanos - begunNanos >= (last ? LAST_NANOS : FIRST_NANOS)) {
      left--;
      errands.execute(() -> look.accept(last));
    }
  }
}
