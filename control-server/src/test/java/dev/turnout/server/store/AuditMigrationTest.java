package dev.turnout.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.flags.Snapshot;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stores of older servers, with what they held. */
final class AuditMigrationTest {
  private static final int ROWS = 1_203;

  @TempDir Path data;

  private Path old(String version) throws Exception {
    Path file = data.resolve(DataDirectory.DATABASE);
    String url = "jdbc:sqlite:" + file;
    Flyway.configure()
        .dataSource(url, null, null)
        .locations("classpath:db/migration/sqlite")
        .target(version)
        .load()
        .migrate();
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute(
          "INSERT INTO tokens VALUES"
              + " ('admin', 'admin', NULL, 'aa', '2026-01-01T10:00:00Z', NULL),"
              + " ('shop', 'agent', 'shop', 'bb', '2026-01-01T10:00:00Z',"
              + " '2027-01-01T10:00:00.5Z')");
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO audit (id, revision, at, actor, action, flag, before_json, after_json,"
                  + " reason) VALUES (?, ?, ?, 'ann', 'update', 'x', NULL, '{}', 'größer')")) {
        for (int i = 1; i <= ROWS; i++) {
          // Numbers with a gap, and times with and without decimals.
          insert.setInt(1, i < 700 ? i : i + 10);
          insert.setInt(2, i);
          insert.setString(3, "2026-01-01T10:00:00" + (i % 2 == 0 ? "Z" : ".5Z"));
          insert.addBatch();
        }
        insert.executeBatch();
      }
      connection.commit();
    }
    return file;
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "2"})
  void auditRows_becomePartOfTheChain_inTheirOrder(String version) throws Exception {
    try (Database database = Database.open(old(version))) {
      AuditLog audit = new AuditLog(database);
      AuditCheck check = AuditCheck.run(audit, null);
      assertThat(check.broken()).isNull();
      assertThat(check.head().count()).isEqualTo(ROWS);
      List<AuditRow> rows =
          audit.page(new AuditQuery("x", null, null, null, null, null, ROWS)).rows();
      assertThat(rows).hasSize(ROWS);
      for (AuditRow row : rows) {
        assertThat(row.entry().revision()).isEqualTo(row.seq());
      }
      assertThat(rows.get(0).entry())
          .isEqualTo(
              new AuditEntry(
                  ROWS,
                  Instant.parse("2026-01-01T10:00:00.5Z"),
                  "ann",
                  "update",
                  "x",
                  null,
                  "{}",
                  "größer",
                  ""));
    }
  }

  @Test
  void tokens_stayAsTheyWere() throws Exception {
    try (Database database = Database.open(old("1"))) {
      Instant created = Instant.parse("2026-01-01T10:00:00Z");
      assertThat(new TokenStore(database).all())
          .containsExactly(
              new StoredToken(
                  "admin",
                  "admin",
                  null,
                  created,
                  null,
                  List.of(new StoredToken.Secret("aa", created, null))),
              new StoredToken(
                  "shop",
                  "agent",
                  "shop",
                  created,
                  null,
                  List.of(
                      new StoredToken.Secret(
                          "bb", created, Instant.parse("2027-01-01T10:00:00.5Z")))));
    }
  }

  @Test
  void newRows_followTheOldOnes() throws Exception {
    Path file = old("2");
    AuditHead old;
    try (Database database = Database.open(file)) {
      old = new AuditLog(database).head();
    }
    try (Database database = Database.open(file)) {
      FlagStore store = new FlagStore(database, "default");
      Snapshot before = store.load().snapshot();
      Snapshot after =
          new Snapshot(
              before.env(),
              before.epoch(),
              before.revision() + 1,
              Instant.parse("2026-01-02T10:00:00Z"),
              before.canary(),
              before.ringMembers(),
              before.flags());
      AuditEntry entry =
          new AuditEntry(1, after.issuedAt(), "ann", "policy", null, null, "{}", null, "");
      store.save(
          new Saving(Kept.of(before), Kept.of(after), Map.of("policy", "{}"), List.of(entry)));
      AuditCheck check = AuditCheck.run(new AuditLog(database), old);
      assertThat(check.broken()).isNull();
      assertThat(check.head().count()).isEqualTo(ROWS + 1);
    }
  }
}
