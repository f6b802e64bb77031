package dev.turnout.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.client.codec.FlagCodec;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.PostgresServer;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteDataSource;

/** A database of the first schema that holds rows is brought up to date and keeps them. */
final class MigrationTest {
  private static final Flag FLAG = Flag.named("x").edit().revision(3).percentage(33.333).done();

  @TempDir Path folder;

  private static void firstSchema(DataSource source, String dialect) throws SQLException {
    Flyway.configure()
        .dataSource(source)
        .locations("classpath:db/migration/" + dialect)
        .target("1")
        .load()
        .migrate();
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        PreparedStatement flag =
            connection.prepareStatement("INSERT INTO flags (name, json) VALUES ('x', ?)");
        PreparedStatement entry =
            connection.prepareStatement(
                "INSERT INTO audit (revision, at, actor, action, flag, after_json, reason)"
                    + " VALUES (3, '2026-01-01T10:00:00Z', 'ann', 'create', 'x', ?, 'why')")) {
      statement.execute(
          "UPDATE meta SET epoch = 2, revision = 3, changed_at = '2026-01-01T10:00:00Z'");
      flag.setString(1, FlagCodec.toJson(FLAG).toString());
      flag.execute();
      entry.setString(1, FlagCodec.toJson(FLAG).toString());
      entry.execute();
    }
  }

  private static void assertKept(Database database) {
    FlagStore store = new FlagStore(database, "default");
    Snapshot snapshot = store.load().snapshot();
    assertThat(snapshot.epoch()).isEqualTo(2);
    assertThat(snapshot.revision()).isEqualTo(3);
    assertThat(snapshot.flags()).containsOnlyKeys("x").containsValue(FLAG);
    AuditEntry entry =
        new AuditLog(database)
            .page(new AuditQuery("x", null, null, null, null, null, 10))
            .rows()
            .get(0)
            .entry();
    assertThat(entry.actor()).isEqualTo("ann");
    assertThat(entry.reason()).isEqualTo("why");
    assertThat(entry.overrides()).isEmpty();
    assertThat(store.alone(FlagStore.Alone::load).snapshot()).isEqualTo(snapshot);
    List<AuditEntry> notEntered = store.alone(alone -> alone.notEntered(List.of(entry)));
    assertThat(notEntered).isEmpty();
  }

  private static List<String> columns(Database database) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        "SELECT m.name || '.' || c.name FROM sqlite_schema m,"
                            + " pragma_table_info(m.name) c WHERE m.type = 'table'"
                            + " AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE 'flyway%'")
                    .mapTo(String.class)
                    .list());
  }

  private static List<String> postgresColumns(Database database) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        "SELECT table_name || '.' || column_name FROM information_schema.columns"
                            + " WHERE table_schema = 'public' AND table_name NOT LIKE 'flyway%'")
                    .mapTo(String.class)
                    .list());
  }

  @Test
  void sqliteFile_ofTheFirstSchema() throws Exception {
    Path file = folder.resolve("turnout.db");
    SQLiteDataSource source = new SQLiteDataSource();
    source.setUrl("jdbc:sqlite:" + file);
    firstSchema(source, "sqlite");
    try (Database database = Database.open(file)) {
      assertKept(database);
    }
  }

  @Test
  void copy_ofTheFirstSchema_isRestored() throws Exception {
    Path copy = folder.resolve("copy.db");
    SQLiteDataSource source = new SQLiteDataSource();
    source.setUrl("jdbc:sqlite:" + copy);
    firstSchema(source, "sqlite");
    Path data = folder.resolve("data");
    Restore.Done done = Restore.run(data, copy, null, Clock.systemUTC());
    assertThat(done.contents().flags()).isOne();
    try (Database database = Database.open(data.resolve("turnout.db"))) {
      assertThat(new FlagStore(database, "default").load().snapshot().flags()).containsValue(FLAG);
    }
  }

  @Test
  void postgresql_ofTheFirstSchema() throws Exception {
    PostgresUrl url = PostgresServer.shared().database();
    firstSchema(url.source(), "postgresql");
    try (Database database = Database.open(url)) {
      assertKept(database);
    }
  }

  @Test
  void schema_isTheSameInBoth() throws IOException {
    try (Database file = Database.open(folder.resolve("turnout.db"));
        Database server = Database.open(PostgresServer.shared().database())) {
      assertThat(postgresColumns(server)).containsExactlyInAnyOrderElementsOf(columns(file));
    }
  }
}
