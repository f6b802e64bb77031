package dev.turnout.server;

import dev.turnout.server.store.PostgresUrl;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * As another server that changes the database again and again, each time in less time than it takes
 * to read it.
 */
final class FastWriter implements AutoCloseable {
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final Future<?> writing;
  private volatile boolean closed;

  /** Begins to write. */
  FastWriter(PostgresUrl database) {
    writing =
        thread.submit(
            () -> {
              write(database);
              return null;
            });
  }

  private void write(PostgresUrl database) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(database.url(), database.user(), database.password());
        Statement statement = connection.createStatement()) {
      while (!closed) {
        statement.execute("UPDATE meta SET revision = revision + 1");
      }
    }
  }

  /** Returns whether it goes on. */
  boolean isWriting() {
    return !writing.isDone();
  }

  /** Ends it, and fails if it failed. */
  @Override
  public void close() throws InterruptedException, ExecutionException {
    closed = true;
    writing.get();
    thread.shutdown();
  }
}
