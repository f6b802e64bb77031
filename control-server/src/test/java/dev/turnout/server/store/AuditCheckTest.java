package dev.turnout.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnout.server.store.AuditCheck.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is found of what was done to the file behind the server's back. */
final class AuditCheckTest {
  private static final int ROWS = 50;
  private static final Instant AT = Instant.parse("2026-01-01T10:00:00Z");

  @TempDir Path data;
  private AuditHead head = new AuditHead(0, AuditChain.START);

  @BeforeEach
  void write() throws IOException {
    try (Database database = Database.open(data.resolve(DataDirectory.DATABASE))) {
      for (int i = 0; i < ROWS; i += 2) {
        List<AuditEntry> entries = List.of(entry(i), entry(i + 1));
        database.jdbi().useTransaction(handle -> AuditLog.append(handle, entries));
      }
      head = new AuditLog(database).head();
    }
  }

  private static AuditEntry entry(int number) {
    String before = number % 3 == 0 ? null : "{\"n\":" + number + "}";
    return new AuditEntry(
        number + 1, AT.plusMillis(number * 500L), "ann", "update", "x", before, "{}", "why", "");
  }

  private void tamper(String... statements) throws SQLException {
    String url = "jdbc:sqlite:" + data.resolve(DataDirectory.DATABASE);
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute("DROP TRIGGER audit_log_keeps_rows");
      statement.execute("DROP TRIGGER audit_log_keeps_words");
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private AuditCheck check(@Nullable AuditHead expected) throws IOException {
    return AuditFile.check(data, expected);
  }

  private AuditCheck.Broken broken() throws IOException {
    AuditCheck.Broken broken = check(null).broken();
    assertThat(broken).isNotNull();
    return broken;
  }

  @Test
  void untouched_isWhole() throws IOException {
    assertThat(check(null)).isEqualTo(new AuditCheck(head, null));
    assertThat(head.count()).isEqualTo(ROWS);
  }

  @ParameterizedTest
  @CsvSource({
    "revision, 99",
    "at, 2026-01-01T10:00:00.000000001Z",
    "actor, bob",
    "action, kill",
    "flag, y",
    "flag, NULL",
    "before_json, {}",
    "after_json, {\"n\":1}",
    "reason, NULL",
    "overrides, frozen",
    "hash, abc",
    "hash, 0000000000000000000000000000000000000000000000000000000000000000",
  })
  void anyColumn_altered_isFound(String column, String value) throws Exception {
    String quoted = value.equals("NULL") || column.equals("revision") ? value : "'" + value + "'";
    tamper("UPDATE audit_log SET " + column + " = " + quoted + " WHERE seq IN (23, 40)");
    assertThat(broken().seq()).isEqualTo(23);
    assertThat(broken().problem()).isEqualTo(Problem.ALTERED);
    assertThat(check(null).head().count()).isEqualTo(22);
  }

  @Test
  void textMovedFromOneColumnToTheNext_isFound() throws Exception {
    tamper("UPDATE audit_log SET actor = 'an', action = 'nupdate' WHERE seq = 7");
    assertThat(broken().seq()).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "23, 23", "50, 50", "49, 49"})
  void rowsGone_areFound(long from, long first) throws Exception {
    tamper("DELETE FROM audit_log WHERE seq >= " + from + " AND seq < " + from + " + 3");
    assertThat(broken().seq()).isEqualTo(first);
    assertThat(broken().problem()).isEqualTo(Problem.MISSING);
  }

  @Test
  void allRowsGone_isFound() throws Exception {
    tamper("DELETE FROM audit_log");
    assertThat(broken().seq()).isEqualTo(1);
    assertThat(broken().problem()).isEqualTo(Problem.MISSING);
  }

  @Test
  void rowGone_othersNumberedAnew_isFound() throws Exception {
    tamper(
        "DELETE FROM audit_log WHERE seq = 23",
        "UPDATE audit_log SET seq = -seq WHERE seq > 23",
        "UPDATE audit_log SET seq = -seq - 1 WHERE seq < 0",
        "UPDATE meta SET audit_count = audit_count - 1");
    assertThat(broken().seq()).isEqualTo(23);
    assertThat(broken().problem()).isEqualTo(Problem.ALTERED);
  }

  @ParameterizedTest
  @CsvSource({"51, 51", "0, 0", "-1, -1"})
  void rowAdded_isFound(long seq, long found) throws Exception {
    tamper(
        "INSERT INTO audit_log SELECT "
            + seq
            + ", revision, at, actor, action, flag, before_json, after_json, reason, overrides,"
            + " hash FROM audit_log WHERE seq = 50");
    assertThat(broken().seq()).isEqualTo(found);
    assertThat(broken().problem()).isEqualTo(Problem.ADDED);
  }

  @Test
  void rowsExchanged_areFound() throws Exception {
    tamper(
        "UPDATE audit_log SET seq = -1 WHERE seq = 10",
        "UPDATE audit_log SET seq = 10 WHERE seq = 11",
        "UPDATE audit_log SET seq = 11 WHERE seq = -1");
    assertThat(broken().seq()).isEqualTo(10);
    assertThat(broken().problem()).isEqualTo(Problem.ALTERED);
  }

  @Test
  void lastRowsWrittenAnewWithHashes_areFoundByTheHead() throws Exception {
    tamper("UPDATE meta SET audit_head = '" + "a".repeat(64) + "'");
    assertThat(broken().detail()).contains("written anew", "a".repeat(64));
  }

  /** What the file alone cannot tell: the head was made to fit. */
  @Test
  void cutOffWithTheHead_isFoundByAHeadFromElsewhere() throws Exception {
    String hash = hashOf(20);
    tamper(
        "DELETE FROM audit_log WHERE seq > 20",
        "UPDATE meta SET audit_count = 20, audit_head = '" + hash + "'");
    assertThat(check(null).isWhole()).isTrue();
    assertThat(check(new AuditHead(20, hash)).isWhole()).isTrue();
    AuditCheck.Broken broken = check(head).broken();
    assertThat(broken).isNotNull();
    assertThat(broken.seq()).isEqualTo(21);
    assertThat(broken.problem()).isEqualTo(Problem.MISSING);
  }

  @Test
  void writtenAnewFromTheStart_isFoundByAHeadFromElsewhere() throws Exception {
    AuditCheck.Broken broken = check(new AuditHead(30, "b".repeat(64))).broken();
    assertThat(broken).isNotNull();
    assertThat(broken.seq()).isEqualTo(30);
    assertThat(check(new AuditHead(30, hashOf(30))).isWhole()).isTrue();
  }

  private String hashOf(int seq) throws IOException {
    try (Database database = Database.open(data.resolve(DataDirectory.DATABASE))) {
      return new AuditLog(database)
          .page(new AuditQuery(null, null, null, null, null, seq + 1L, 1))
          .rows()
          .get(0)
          .hash();
    }
  }

  @Test
  void triggers_keepRows() {
    String url = "jdbc:sqlite:" + data.resolve(DataDirectory.DATABASE);
    for (String sql : List.of("DELETE FROM audit_log", "UPDATE audit_log SET reason = 'other'")) {
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(
              () -> {
                try (Connection connection = DriverManager.getConnection(url);
                    Statement statement = connection.createStatement()) {
                  statement.execute(sql);
                }
              })
          .withMessageContaining("audit rows are kept");
    }
  }

  @Test
  void append_byManyAtOnce_isOneChain() throws Exception {
    try (Database database = Database.open(data.resolve(DataDirectory.DATABASE))) {
      IntStream.range(0, 40)
          .parallel()
          .forEach(
              i ->
                  database
                      .jdbi()
                      .useTransaction(handle -> AuditLog.append(handle, List.of(entry(i)))));
      AuditCheck check = AuditCheck.run(new AuditLog(database), head);
      assertThat(check.broken()).isNull();
      assertThat(check.head().count()).isEqualTo(ROWS + 40);
    }
  }

  @Test
  void append_rolledBack_leavesTheChainAsItWas() throws Exception {
    try (Database database = Database.open(data.resolve(DataDirectory.DATABASE))) {
      database
          .jdbi()
          .useTransaction(
              handle -> {
                AuditLog.append(handle, List.of(entry(1)));
                handle.rollback();
              });
      assertThat(AuditCheck.run(new AuditLog(database), null))
          .isEqualTo(new AuditCheck(head, null));
    }
  }

  @Test
  void check_changesNothing() throws Exception {
    byte[] before = Files.readAllBytes(data.resolve(DataDirectory.DATABASE));
    check(null);
    assertThat(Files.readAllBytes(data.resolve(DataDirectory.DATABASE))).isEqualTo(before);
  }

  @Test
  void check_whereThereIsNothing_saysSo() throws Exception {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> AuditFile.check(data.resolve("elsewhere"), null))
        .withMessageContaining("there is no ");
    Path other = Files.createDirectory(data.resolve("other"));
    Files.writeString(other.resolve(DataDirectory.DATABASE), "no database");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> AuditFile.check(other, null))
        .withMessageContaining("cannot be read");
  }
}
