package dev.turnout.server.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Handles;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Moves the audit rows of older servers into the chain, in their order. What happened to them
 * before is not known; from here on they are as safe as newer ones.
 */
final class AuditChainMigration implements JavaMigration {
  private static final int BATCH = 500;

  /** An old row and the number that it had. */
  private record Numbered(long id, AuditEntry entry) {}

  @Override
  public MigrationVersion getVersion() {
    return MigrationVersion.fromVersion("4");
  }

  @Override
  public String getDescription() {
    return "audit rows into the chain";
  }

  @Override
  public @Nullable Integer getChecksum() {
    return null;
  }

  @Override
  public boolean canExecuteInTransaction() {
    return true;
  }

  @Override
  public void migrate(Context context) {
    Jdbi jdbi = Jdbi.create(context.getConnection());
    // The transaction is Flyway's, to commit or to roll back.
    jdbi.getConfig(Handles.class).setForceEndTransactions(false);
    jdbi.useHandle(
        handle -> {
          List<Numbered> batch = after(handle, Long.MIN_VALUE);
          while (!batch.isEmpty()) {
            AuditLog.append(handle, batch.stream().map(Numbered::entry).toList());
            batch = after(handle, batch.get(batch.size() - 1).id());
          }
          handle.execute("DROP TABLE audit");
        });
  }

  private static List<Numbered> after(Handle handle, long id) {
    return handle
        .createQuery("SELECT * FROM audit WHERE id > :id ORDER BY id LIMIT " + BATCH)
        .bind("id", id)
        .map((row, context) -> numbered(row))
        .list();
  }

  private static Numbered numbered(ResultSet row) throws SQLException {
    return new Numbered(
        row.getLong("id"),
        new AuditEntry(
            row.getLong("revision"),
            Instant.parse(row.getString("at")),
            row.getString("actor"),
            row.getString("action"),
            row.getString("flag"),
            row.getString("before_json"),
            row.getString("after_json"),
            row.getString("reason"),
            row.getString("overrides")));
  }
}
