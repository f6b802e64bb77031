package dev.turnout.server.store;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tokens in the database. Safe for use by several threads. */
public final class TokenStore {
  private final Database database;

  /** Keeps tokens in {@code database}. */
  public TokenStore(Database database) {
    this.database = database;
  }

  /** Returns all tokens, expired ones too. */
  public List<StoredToken> all() {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("SELECT * FROM tokens ORDER BY name")
                    .map(
                        (row, context) ->
                            new StoredToken(
                                row.getString("name"),
                                row.getString("kind"),
                                row.getString("service"),
                                row.getString("hash"),
                                Instant.parse(row.getString("created")),
                                instant(row.getString("expires"))))
                    .list());
  }

  /** Adds a token whose name is not taken. */
  public void add(StoredToken token) {
    Instant expires = token.expires();
    database
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    "INSERT INTO tokens (name, kind, service, hash, created, expires)"
                        + " VALUES (?, ?, ?, ?, ?, ?)",
                    token.name(),
                    token.kind(),
                    token.service(),
                    token.hash(),
                    token.created().toString(),
                    expires == null ? null : expires.toString()));
  }

  private static @Nullable Instant instant(@Nullable String text) {
    return text == null ? null : Instant.parse(text);
  }
}
