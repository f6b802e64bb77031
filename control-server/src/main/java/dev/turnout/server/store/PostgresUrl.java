package dev.turnout.server.store;

import dev.turnout.flags.InvalidFlagException;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Where a PostgreSQL database is, and who opens it.
 *
 * @param url {@code jdbc:postgresql://HOST:PORT/DATABASE}, with any parameter that the driver knows
 * @param user null for the one in the URL, or else the process's user
 * @param password null for the one in the URL, or for none
 */
public record PostgresUrl(String url, @Nullable String user, @Nullable String password) {
  private static final String SCHEME = "jdbc:postgresql:";
  private static final int CONNECT_SECONDS = 1;
  private static final int READ_SECONDS = 5;

  // A replica that is stopped in the middle of a transaction keeps the store's row locked, until
  // the database ends that transaction. Whoever waits for the lock waits somewhat longer than that,
  // and the socket somewhat longer than the statement.
  private static final String SESSION =
      "-c idle_in_transaction_session_timeout=2000 -c lock_timeout=3000 -c statement_timeout=4000";

  /**
   * Checks the URL.
   *
   * @throws InvalidFlagException naming {@code database-url} if it is none of PostgreSQL's
   */
  public PostgresUrl {
    if (!url.startsWith(SCHEME) || Driver.parseURL(url, null) == null) {
      // Without the URL itself, in which a password may stand.
      throw new InvalidFlagException(
          "database-url", "must be like jdbc:postgresql://HOST:5432/DATABASE");
    }
  }

  /**
   * Where no connection waits for long, be the database gone, hung or held up by somebody else: it
   * must be noticed before a person gives up on a stop.
   */
  PGSimpleDataSource impatientSource() {
    PGSimpleDataSource source = source();
    if (!url.contains("connectTimeout=")) {
      source.setConnectTimeout(CONNECT_SECONDS);
    }
    if (!url.contains("socketTimeout=")) {
      source.setSocketTimeout(READ_SECONDS);
    }
    String options = source.getOptions();
    source.setOptions(options == null ? SESSION : SESSION + " " + options);
    return source;
  }

  /** Where a statement may take its time. */
  PGSimpleDataSource source() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    if (user != null) {
      source.setUser(user);
    }
    if (password != null) {
      source.setPassword(password);
    }
    source.setTcpKeepAlive(true);
    source.setApplicationName("turnout");
    return source;
  }

  /** The URL without its parameters, among which may be a password. */
  @Override
  public String toString() {
    int parameters = url.indexOf('?');
    return parameters < 0 ? url : url.substring(0, parameters);
  }
}
