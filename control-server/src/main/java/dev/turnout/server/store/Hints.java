package dev.turnout.server.store;

import java.time.Duration;
import org.jdbi.v3.core.Handle;

/**
 * Has servers that share a database look at it as soon as it changes. Hints may get lost, and come
 * for nothing: whoever waits for one looks at the store in any case.
 */
public interface Hints extends AutoCloseable {
  /** Where nobody else changes the database. */
  Hints NONE =
      new Hints() {
        @Override
        public void await(Duration most) throws InterruptedException {
          Thread.sleep(most.toMillis());
        }

        @Override
        public void give(Handle handle) {}

        @Override
        public void close() {}
      };

  /** Returns once there is a hint or the time is over. By one thread only. */
  void await(Duration most) throws InterruptedException;

  /** Gives a hint to everyone else, if and when this transaction is committed. */
  void give(Handle handle);

  @Override
  void close();
}
