package dev.turnout.server.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Jdbi;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * The open database file, at the newest schema. Full sync with a write-ahead log: what was
 * committed survives the loss of the process and of power.
 */
public final class Database implements AutoCloseable {
  private static final int CONNECTIONS = 4;
  private static final int BUSY_MILLIS = 5_000;
  private static final long BORROW_MILLIS = 5_000;

  private final HikariDataSource pool;
  private final Jdbi jdbi;

  private Database(HikariDataSource pool) {
    this.pool = pool;
    jdbi = Jdbi.create(pool);
  }

  /**
   * Opens the file, creating it if absent, and brings its schema up to date.
   *
   * @throws IOException saying why if it is no database of this server's
   */
  public static Database open(Path file) throws IOException {
    SQLiteConfig sqlite = new SQLiteConfig();
    sqlite.setJournalMode(SQLiteConfig.JournalMode.WAL);
    sqlite.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    sqlite.setBusyTimeout(BUSY_MILLIS);
    // A transaction that reads first and writes later could otherwise fail half-way as busy.
    sqlite.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    SQLiteDataSource source = new SQLiteDataSource(sqlite);
    source.setUrl("jdbc:sqlite:" + file.toAbsolutePath());
    checkReadable(source, file);

    HikariConfig config = new HikariConfig();
    config.setPoolName("turnout-store");
    config.setDataSource(source);
    config.setMaximumPoolSize(CONNECTIONS);
    config.setConnectionTimeout(BORROW_MILLIS);
    HikariDataSource pool = new HikariDataSource(config);
    try {
      Flyway.configure()
          .dataSource(pool)
          .javaMigrations(new AuditChainMigration())
          .load()
          .migrate();
      return new Database(pool);
    } catch (FlywayException e) {
      pool.close();
      throw unusable(file, e);
    } catch (RuntimeException | Error e) {
      pool.close();
      throw e;
    }
  }

  // Before the pool, which would try again and again to connect to what is no database.
  private static void checkReadable(SQLiteDataSource source, Path file) throws IOException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("SELECT count(*) FROM sqlite_schema");
    } catch (SQLException e) {
      throw unusable(file, e);
    }
  }

  private static IOException unusable(Path file, Exception why) {
    return new IOException("the database " + file + " cannot be used: " + why.getMessage(), why);
  }

  /** Returns whether the database answers. */
  public boolean isUp() {
    try {
      return jdbi.withHandle(
          handle -> handle.createQuery("SELECT revision FROM meta").mapTo(Long.class).one() >= 0);
    } catch (RuntimeException e) {
      return false;
    }
  }

  Jdbi jdbi() {
    return jdbi;
  }

  @Override
  public void close() {
    pool.close();
  }
}
