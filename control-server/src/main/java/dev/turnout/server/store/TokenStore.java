package dev.turnout.server.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Tokens in the database. Safe for use by several threads. */
public final class TokenStore {
  private final Database database;

  /** Keeps tokens in {@code database}. */
  public TokenStore(Database database) {
    this.database = database;
  }

  /** Returns all tokens by name, expired and revoked ones too. */
  public List<StoredToken> all() {
    return database.jdbi().inTransaction(TokenStore::all);
  }

  private static List<StoredToken> all(Handle handle) {
    Map<String, List<StoredToken.Secret>> secrets = new LinkedHashMap<>();
    handle
        .createQuery("SELECT * FROM token_secrets ORDER BY name")
        .map(
            (row, context) ->
                secrets
                    .computeIfAbsent(row.getString("name"), name -> new ArrayList<>())
                    .add(
                        new StoredToken.Secret(
                            row.getString("hash"),
                            Instant.parse(row.getString("created")),
                            instant(row.getString("expires")))))
        .list();
    // As text, times with fewer decimals would come last.
    secrets.values().forEach(list -> list.sort(Comparator.comparing(StoredToken.Secret::created)));
    return handle
        .createQuery("SELECT * FROM tokens ORDER BY name")
        .map(
            (row, context) ->
                new StoredToken(
                    row.getString("name"),
                    row.getString("kind"),
                    row.getString("service"),
                    Instant.parse(row.getString("created")),
                    instant(row.getString("revoked")),
                    secrets.getOrDefault(row.getString("name"), List.of())))
        .list();
  }

  /**
   * Makes a change and enters it in the audit: all of it or, if {@code change} throws, nothing. No
   * other change of tokens is under way at the time, in this process or another.
   */
  public void change(Consumer<Editing> change) {
    database
        .jdbi()
        .useTransaction(handle -> change.accept(new Editing(handle, AuditLog.lock(handle))));
  }

  /** Tokens while they are changed, in one transaction and one thread. */
  public static final class Editing {
    private final Handle handle;
    private final long revision;

    private Editing(Handle handle, long revision) {
      this.handle = handle;
      this.revision = revision;
    }

    /** All tokens by name, expired and revoked ones too. */
    public Stream<StoredToken> all() {
      return TokenStore.all(handle).stream();
    }

    /** The revision in force, which no token changes. */
    public long revision() {
      return revision;
    }

    /** Adds a token, or replaces the one of that name. */
    public void put(StoredToken token) {
      handle.execute(
          "INSERT INTO tokens (name, kind, service, created, revoked) VALUES (?, ?, ?, ?, ?)"
              + " ON CONFLICT (name) DO UPDATE SET kind = excluded.kind,"
              + " service = excluded.service, created = excluded.created,"
              + " revoked = excluded.revoked",
          token.name(),
          token.kind(),
          token.service(),
          token.created().toString(),
          text(token.revoked()));
      handle.execute("DELETE FROM token_secrets WHERE name = ?", token.name());
      for (StoredToken.Secret secret : token.secrets()) {
        handle.execute(
            "INSERT INTO token_secrets (hash, name, created, expires) VALUES (?, ?, ?, ?)",
            secret.hash(),
            token.name(),
            secret.created().toString(),
            text(secret.expires()));
      }
    }

    /** Says in the audit what was done. */
    public void enter(AuditEntry entry) {
      AuditLog.append(handle, List.of(entry));
    }
  }

  private static @Nullable Instant instant(@Nullable String text) {
    return text == null ? null : Instant.parse(text);
  }

  private static @Nullable String text(@Nullable Instant instant) {
    return instant == null ? null : instant.toString();
  }
}
