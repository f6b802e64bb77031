package dev.turnout.server.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.postgresql.ds.PGSimpleDataSource;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * The open database, at the newest schema: a file of this server's alone (SQLite), or one that
 * several servers share (PostgreSQL). What was committed survives the loss of the process and of
 * power. Safe for use by several threads.
 */
public final class Database implements AutoCloseable {
  private static final int CONNECTIONS = 4;
  private static final int BUSY_MILLIS = 5_000;
  private static final long BORROW_MILLIS = 5_000;
  // Of a database that may be away: see Changes, which does without it meanwhile.
  private static final long SHARED_BORROW_MILLIS = 1_000;

  private final String name;
  private final Hints hints;
  private final TransactionIsolationLevel stable;
  private final HikariDataSource pool;
  private final Jdbi jdbi;

  private Database(
      String name, HikariDataSource pool, Hints hints, TransactionIsolationLevel stable) {
    this.name = name;
    this.pool = pool;
    this.hints = hints;
    this.stable = stable;
    jdbi = Jdbi.create(pool);
  }

  /**
   * Opens the file, creating it if absent, and brings its schema up to date. Full sync with a
   * write-ahead log.
   *
   * @throws IOException saying why if it is no database of this server's
   */
  public static Database open(Path file) throws IOException {
    if (Files.notExists(file)) {
      // Or the database would make it readable for everybody, with the files beside it.
      Files.createFile(file, OwnerOnly.file());
    }
    SQLiteConfig sqlite = new SQLiteConfig();
    sqlite.setJournalMode(SQLiteConfig.JournalMode.WAL);
    sqlite.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    sqlite.setBusyTimeout(BUSY_MILLIS);
    // A transaction that reads first and writes later could otherwise fail half-way as busy.
    sqlite.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    SQLiteDataSource source = new SQLiteDataSource(sqlite);
    source.setUrl("jdbc:sqlite:" + file.toAbsolutePath());
    checkReadable(source, "SELECT count(*) FROM sqlite_schema", file);
    migrate(source, "sqlite", file);
    HikariDataSource pool = pool(source, BORROW_MILLIS);
    return new Database(file.toString(), pool, Hints.NONE, TransactionIsolationLevel.SERIALIZABLE);
  }

  /**
   * Insists that the file is a database of a server of this version or an older one. {@link #open}
   * goes by what is older, and leaves be what is newer.
   *
   * @param name what people call it
   * @throws IOException if it is not
   */
  static void checkSchema(Path file, String name) throws IOException {
    SQLiteDataSource source = new SQLiteDataSource(new SQLiteConfig());
    source.setUrl("jdbc:sqlite:" + file.toAbsolutePath());
    try {
      MigrationInfoService migrations = flyway(source, "sqlite").info();
      MigrationInfo current = migrations.current();
      if (current == null) {
        throw new IOException(name + " is no database of a control server");
      }
      for (MigrationInfo migration : migrations.all()) {
        if (!migration.getState().isResolved()) {
          throw new IOException(
              name
                  + " was written by a newer version: its schema is "
                  + current.getVersion()
                  + ", which this one does not know");
        }
      }
    } catch (FlywayException e) {
      throw unusable(name, e);
    }
  }

  /**
   * Opens a database on a PostgreSQL server and brings its schema up to date. Servers that start on
   * it at the same time wait for each other.
   *
   * @throws IOException saying why if it cannot be reached or is no database of this server's
   */
  public static Database open(PostgresUrl url) throws IOException {
    PGSimpleDataSource source = url.impatientSource();
    checkReadable(source, "SELECT 1", url);
    migrate(url.source(), "postgresql", url);
    HikariDataSource pool = pool(source, SHARED_BORROW_MILLIS);
    return new Database(
        url.toString(), pool, new PostgresHints(source), TransactionIsolationLevel.REPEATABLE_READ);
  }

  private static HikariDataSource pool(DataSource source, long borrowMillis) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("turnout-store");
    config.setDataSource(source);
    config.setMaximumPoolSize(CONNECTIONS);
    config.setConnectionTimeout(borrowMillis);
    config.setValidationTimeout(borrowMillis);
    return new HikariDataSource(config);
  }

  private static void migrate(DataSource source, String dialect, Object name) throws IOException {
    try {
      flyway(source, dialect).migrate();
    } catch (FlywayException e) {
      throw unusable(name, e);
    }
  }

  private static Flyway flyway(DataSource source, String dialect) {
    return Flyway.configure()
        .dataSource(source)
        .locations("classpath:db/migration/" + dialect)
        .javaMigrations(new AuditChainMigration())
        .load();
  }

  // Before the pool, which would try again and again to connect to what is no database.
  private static void checkReadable(DataSource source, String query, Object name)
      throws IOException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(query);
    } catch (SQLException e) {
      throw unusable(name, e);
    }
  }

  private static IOException unusable(Object name, Exception why) {
    return new IOException("the database " + name + " cannot be used: " + why.getMessage(), why);
  }

  /** What people call it: where it is. */
  public String name() {
    return name;
  }

  /** Tells of changes that other servers make to this database, as soon as they are made. */
  public Hints hints() {
    return hints;
  }

  Jdbi jdbi() {
    return jdbi;
  }

  /** Reads by several statements that all see the same state. */
  <R> R read(HandleCallback<R, RuntimeException> reader) {
    return jdbi.inTransaction(stable, reader);
  }

  /** Hints other servers at the change that this transaction makes, once it is committed. */
  void hint(Handle handle) {
    hints.give(handle);
  }

  @Override
  public void close() {
    hints.close();
    pool.close();
  }
}
