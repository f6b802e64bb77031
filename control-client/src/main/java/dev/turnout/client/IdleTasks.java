package dev.turnout.client;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import okhttp3.ConnectionPool;
import okhttp3.internal.concurrent.TaskRunner;
import okhttp3.internal.connection.ConnectionListener;

/**
 * OkHttp's background tasks, which are left undone: the only one that there is without HTTP/2
 * closes connections that were idle for long, and its thread would be there as long as a connection
 * is. Our reports come more often than connections grow old, and OkHttp drops a dead one when it
 * meets it.
 *
 * <p>This constructor of the pool is not for the public, but there is no other that takes it.
 */
final class IdleTasks implements TaskRunner.Backend {
  private IdleTasks() {}

  /** A pool that starts no thread. */
  static ConnectionPool pool() {
    TaskRunner tasks =
        new TaskRunner(new IdleTasks(), Logger.getLogger(TaskRunner.class.getName()));
    return new ConnectionPool(
        1, 1, TimeUnit.MINUTES, tasks, ConnectionListener.Companion.getNONE());
  }

  @Override
  public <T> BlockingQueue<T> decorate(BlockingQueue<T> queue) {
    return queue;
  }

  @Override
  public void execute(TaskRunner tasks, Runnable run) {}

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void coordinatorNotify(TaskRunner tasks) {}

  @Override
  public void coordinatorWait(TaskRunner tasks, long nanos) {}
}
