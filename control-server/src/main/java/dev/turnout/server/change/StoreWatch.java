package dev.turnout.server.change;

import dev.turnout.server.store.Hints;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the store regularly, and at once when another server hints that it changed. One thread.
 */
public final class StoreWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StoreWatch.class);

  private final Hints hints;
  private final Duration interval;
  private final Runnable look;
  private final Thread thread;
  private volatile boolean closed;

  /**
   * Begins to watch.
   *
   * @param interval the longest time between two looks
   * @param look must not take long, as it holds up the next
   */
  public StoreWatch(Hints hints, Duration interval, Runnable look) {
    this.hints = hints;
    this.interval = interval;
    this.look = look;
    thread = new Thread(this::run, "turnout-store-watch");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    while (!closed) {
      try {
        hints.await(interval);
        look.run();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        // This thread must not end: nothing else would notice that the store is back.
        log.error("The store could not be looked at; trying again", e);
      }
    }
  }

  /** Ends the watch, and waits for a look that is under way. */
  @Override
  public void close() {
    closed = true;
    hints.close();
    thread.interrupt();
    try {
      thread.join(interval.plusSeconds(1).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
