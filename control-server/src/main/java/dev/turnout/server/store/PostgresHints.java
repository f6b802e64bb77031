package dev.turnout.server.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hints by {@code LISTEN} and {@code NOTIFY}, over a connection of its own. While there is no
 * connection, waiting takes the whole time, and each time one is tried again.
 */
final class PostgresHints implements Hints {
  private static final Logger log = LoggerFactory.getLogger(PostgresHints.class);

  private final DataSource source;
  private volatile @Nullable Connection listening;
  private boolean closed;

  PostgresHints(DataSource source) {
    this.source = source;
  }

  @Override
  public void await(Duration most) throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    try {
      boolean missedSome = listening == null;
      Connection connection = listen();
      // What was changed before gave no hint, so there is one now.
      if (!missedSome) {
        connection.unwrap(PGConnection.class).getNotifications(millis(most.toNanos()));
      }
    } catch (SQLException e) {
      log.debug("no hints from the database: {}", e.toString());
      hangUp();
      Thread.sleep(millis(end - System.nanoTime()));
    }
  }

  // At least one: no time at all would be for ever.
  private static int millis(long nanos) {
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, nanos / 1_000_000));
  }

  private synchronized Connection listen() throws SQLException {
    Connection connection = listening;
    if (connection == null) {
      if (closed) {
        throw new SQLException("closed");
      }
      connection = source.getConnection();
      listening = connection;
      try (Statement statement = connection.createStatement()) {
        statement.execute("LISTEN turnout");
      }
    }
    return connection;
  }

  @Override
  public void give(Handle handle) {
    handle.execute("NOTIFY turnout");
  }

  // Without a word to the other side, which may be gone, and while another thread waits for it.
  private synchronized void hangUp() {
    Connection connection = listening;
    listening = null;
    if (connection != null) {
      try {
        connection.abort(Runnable::run);
      } catch (SQLException e) {
        log.debug("the connection for hints was gone already: {}", e.toString());
      }
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    hangUp();
  }
}
