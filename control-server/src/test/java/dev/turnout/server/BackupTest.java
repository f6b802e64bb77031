package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.turnout.client.ControlClient;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Host;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.store.AuditHead;
import dev.turnout.server.store.Backup;
import dev.turnout.server.store.Contents;
import dev.turnout.server.store.Restore;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Copies of a server's database file, and servers that start from them. */
final class BackupTest {
  @TempDir Path directory;
  private Path data;
  private Path copy;
  private Served served;

  @BeforeEach
  void start() throws IOException {
    data = directory.resolve("data");
    copy = directory.resolve("copy.db");
    served = started(0);
    served.put("/feature-flags/x", "{\"percentage\": 10}").is(201);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private Served started(int port) throws IOException {
    ControlServer.Settings settings =
        new ControlServer.Settings(ControlServer.Settings.LOOPBACK, port, data, "default");
    return Served.in(data, settings, ControlServer.Tuning.DEFAULT);
  }

  private Restore.Done restore() throws IOException {
    return Restore.run(data, copy, null, Clock.systemUTC());
  }

  private void assertNothingIsReplaced(String why) throws IOException {
    byte[] before = Files.readAllBytes(data.resolve("turnout.db"));
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(this::restore)
        .withMessageContaining(why);
    assertThat(Files.readAllBytes(data.resolve("turnout.db"))).isEqualTo(before);
    assertThat(files(data)).noneMatch(name -> name.contains("restor") || name.contains("before"));
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static void execute(Path file, String... statements) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static Set<String> flags(Path file) throws Exception {
    Set<String> names = new HashSet<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT name FROM flags")) {
      while (rows.next()) {
        names.add(rows.getString(1));
      }
    }
    return names;
  }

  @Test
  void backup_isForItsOwnerOnly_andLeavesNothingElse() throws Exception {
    Contents contents = Backup.write(data, copy);
    assertThat(contents.flags()).isEqualTo(1);
    assertThat(contents.revision()).isEqualTo(1);
    assertThat(contents.audit().isWhole()).isTrue();
    assertThat(contents.audit().head().count()).isEqualTo(3);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
        .isEqualTo("rw-------");
    assertThat(files(directory)).containsExactly("copy.db", "data");
  }

  @Test
  void backup_overAFileThatIsThere_orOfNothing_isRefused() throws Exception {
    Files.writeString(copy, "mine");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> Backup.write(data, copy))
        .withMessageContaining("is there already");
    assertThat(copy).hasContent("mine");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> Backup.write(directory, directory.resolve("other.db")))
        .withMessageContaining("there is no ");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> Backup.write(data, directory.resolve("nowhere/other.db")))
        .withMessageContaining("there is no folder");
  }

  @Test
  void backup_ofAServerThatIsStopped_isTheSame() throws Exception {
    served.close();
    assertThat(Backup.write(data, copy).flags()).isEqualTo(1);
  }

  @Test
  void backup_underLoad_hasEveryEditThatWasAcknowledgedBefore_andAWholeAudit() throws Exception {
    Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService editors = Executors.newFixedThreadPool(3);
    List<Future<?>> edits = new ArrayList<>();
    try {
      for (int editor = 0; editor < 3; editor++) {
        String prefix = "e" + editor + "-";
        edits.add(
            editors.submit(
                () -> {
                  for (int i = 0; !done.get(); i++) {
                    served.put("/feature-flags/" + prefix + i, "{}").is(201);
                    acknowledged.add(prefix + i);
                  }
                }));
      }
      for (int round = 1; round <= 6; round++) {
        int enough = round * 25;
        await().until(() -> acknowledged.size() >= enough);
        Set<String> before = Set.copyOf(acknowledged);
        Path file = directory.resolve("copy-" + round + ".db");
        Contents contents = Backup.write(data, file);
        Set<String> kept = flags(file);
        assertThat(kept).containsAll(before);
        assertThat(contents.audit().broken()).isNull();
        // The first tokens, x, and an entry for each.
        assertThat(contents.audit().head().count()).isEqualTo(2 + kept.size());
        assertThat(contents.revision()).isEqualTo(kept.size());
      }
      done.set(true);
      for (Future<?> edit : edits) {
        edit.get();
      }
    } finally {
      done.set(true);
      editors.shutdownNow();
    }
    served.get("/audit/verify").is(200);
  }

  @Test
  void restore_whileAServerRuns_isRefused() throws Exception {
    Backup.write(data, copy);
    assertNothingIsReplaced("another control server is running on it");
    served.put("/feature-flags/y", "{}").is(201);
  }

  @Test
  void restore_isWhatWas_keepsWhatIsReplaced_andRaisesTheEpoch() throws Exception {
    Contents before = Backup.write(data, copy);
    served.put("/feature-flags/later", "{}").is(201);
    served.close();

    Restore.Done done = restore();

    assertThat(done.isEpochSure()).isTrue();
    assertThat(done.contents().epoch()).isEqualTo(2);
    assertThat(done.contents().revision()).isEqualTo(before.revision() + 1);
    assertThat(flags(done.kept())).containsExactlyInAnyOrder("x", "later");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(data.resolve("turnout.db"))))
        .isEqualTo("rw-------");
    served = started(0);
    served.get("/feature-flags/later").is(404);
    assertThat(served.flag("x").get("percentage").intValue()).isEqualTo(10);
    assertThat(served.get("/audit/verify").json().get("whole").booleanValue()).isTrue();
    var newest = served.get("/audit").json().get("entries").get(0);
    assertThat(newest.get("action").stringValue()).isEqualTo("raise-epoch");
    assertThat(newest.get("actor").stringValue()).isEqualTo("(restore)");
    assertThat(newest.get("reason").stringValue()).isEqualTo("restored from copy.db");
    // The head that was printed with the backup is part of it still.
    AuditHead head = before.audit().head();
    assertThat(served.get("/audit/verify?expect=" + head).json().get("whole").booleanValue())
        .isTrue();
  }

  @Test
  void restore_pausesRollouts_forWhatStoppedThemSinceIsNotInIt() throws Exception {
    served
        .put(
            "/rollouts/x",
            "{\"stages\": [{\"percentage\": 20, \"hold\": \"2s\", \"min_calls\": 0},"
                + " {\"percentage\": 100}]}")
        .is(201);
    served.post("/rollouts/x/start", "").is(200);
    Backup.write(data, copy);
    served.post("/feature-flags/kill/x", "").is(200);
    served.close();
    restore();
    served = started(0);
    var rollout = served.get("/rollouts/x").is(200).json();
    assertThat(rollout.get("state").stringValue()).isEqualTo("paused");
    assertThat(rollout.get("why").stringValue()).isEqualTo("restored from copy.db");
    assertThat(served.flag("x").get("percentage").intValue()).isEqualTo(20);
    assertThat(served.get("/audit/verify").json().get("whole").booleanValue()).isTrue();
  }

  @Test
  void restore_again_raisesBeyondTheEpochThatIsReplaced() throws Exception {
    Backup.write(data, copy);
    served.close();
    assertThat(restore().contents().epoch()).isEqualTo(2);
    assertThat(restore().contents().epoch()).isEqualTo(3);
  }

  @Test
  void restore_intoANewFolder_makesIt() throws Exception {
    Backup.write(data, copy);
    served.close();
    Path other = directory.resolve("other");
    Restore.Done done = Restore.run(other, copy, null, Clock.systemUTC());
    assertThat(done.kept()).isNull();
    assertThat(flags(other.resolve("turnout.db"))).containsExactly("x");
  }

  @Test
  void restore_overADatabaseThatIsDamaged_isDone_andSaysWhatItCannotTell() throws Exception {
    Backup.write(data, copy);
    served.close();
    Files.writeString(data.resolve("turnout.db"), "no database at all, but of some length");
    Files.writeString(data.resolve("turnout.db-wal"), "nor its log");

    Restore.Done done = restore();

    assertThat(done.isEpochSure()).isFalse();
    assertThat(done.kept()).hasContent("no database at all, but of some length");
    assertThat(files(data)).doesNotContain("turnout.db-wal");
    served = started(0);
    assertThat(served.flag("x").get("percentage").intValue()).isEqualTo(10);
  }

  @Test
  void copy_thatIsDamaged_isRefused() throws Exception {
    Backup.write(data, copy);
    served.close();
    try (RandomAccessFile file = new RandomAccessFile(copy.toFile(), "rw")) {
      for (long at = 4096; at < file.length(); at += 4096) {
        file.seek(at);
        file.write(new byte[64]);
      }
    }
    assertNothingIsReplaced("copy.db");
  }

  @Test
  void copy_thatIsNoDatabase_orAnothers_isRefused() throws Exception {
    served.close();
    Files.writeString(copy, "nothing of the kind");
    assertNothingIsReplaced("cannot be read");
    Files.delete(copy);
    execute(copy, "CREATE TABLE t (x INTEGER)");
    assertNothingIsReplaced("is no database of a control server");
    Files.delete(copy);
    assertNothingIsReplaced("there is no file");
  }

  @Test
  void copy_whoseAuditWasTamperedWith_isRefused() throws Exception {
    Backup.write(data, copy);
    served.close();
    execute(
        copy,
        "DROP TRIGGER audit_log_keeps_words",
        "UPDATE audit_log SET actor = 'somebody' WHERE seq = 3");
    assertThatExceptionOfType(Restore.NotWholeException.class)
        .isThrownBy(this::restore)
        .withMessageContaining("row 3");
    assertNothingIsReplaced("is not whole");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UPDATE flags SET json = replace(json, '\"percentage\":1', '\"percentage\":3')"
            + " | the flag altered is not what row",
        "DELETE FROM flags WHERE name = 'altered' | the flag altered is gone",
        "UPDATE rollouts SET json = replace(json, '\"stage\":1', '\"stage\":2')"
            + " | the rollout of altered is not what row",
        "UPDATE settings SET json = replace(json, 'false', 'true') WHERE name = 'canary'"
            + " | the setting canary is not what row",
        "DELETE FROM settings WHERE name = 'canary' | the setting canary is gone",
        "INSERT INTO experiments (name, json) VALUES ('e', '{}') | cannot be understood",
      })
  void copy_thatIsNotWhatItsAuditSays_isRefused(String alteration, String why) throws Exception {
    served.put("/feature-flags/altered", "{\"percentage\": 1}").is(201);
    served
        .put("/rollouts/altered", "{\"stages\": [{\"percentage\": 1}, {\"percentage\": 2}]}")
        .is(201);
    served.post("/rollouts/altered/start", "").is(200);
    served.put("/canary", "{\"mode\": true}").is(200);
    served.put("/canary", "{\"mode\": false}").is(200);
    Backup.write(data, copy);
    served.close();
    execute(copy, alteration);
    assertNothingIsReplaced(why);
  }

  @Test
  void copy_thatIsNotTheOneExpected_isRefused() throws Exception {
    Backup.write(data, copy);
    served.close();
    AuditHead other = new AuditHead(2, "0".repeat(64));
    assertThatExceptionOfType(Restore.NotWholeException.class)
        .isThrownBy(() -> Restore.run(data, copy, other, Clock.systemUTC()));
  }

  @Test
  void copy_ofANewerVersion_isRefused() throws Exception {
    Backup.write(data, copy);
    served.close();
    execute(
        copy,
        "INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,"
            + " checksum, installed_by, installed_on, execution_time, success)"
            + " VALUES (99, '99', 'of tomorrow', 'SQL', 'V99__of_tomorrow.sql', 1, '',"
            + " '2030-01-01 00:00:00', 1, 1)");
    assertNothingIsReplaced("was written by a newer version");
  }

  @Test
  void databaseOfAServerWithItsLogBeside_isNoCopy() throws Exception {
    Backup.write(data, copy);
    served.close();
    Files.writeString(Path.of(copy + "-wal"), "part of it");
    assertNothingIsReplaced("is a server's own database");
  }

  @Test
  void agentThatIsAhead_takesTheSnapshotsOfARestoredServer() throws Exception {
    List<Snapshot> taken = new CopyOnWriteArrayList<>();
    int port = served.server.port();
    Backup.write(data, copy);
    for (int percentage = 20; percentage < 30; percentage++) {
      served.put("/feature-flags/x", "{\"percentage\": " + percentage + "}").is(200);
    }
    String token = served.agent;
    try (ControlClient agent =
        new ControlClient(
            new ControlClient.Settings(
                URI.create(served.server.url()),
                () -> token,
                new Host("game", "game-1", "eu"),
                directory.resolve("agent")),
            new ControlClient.Listener() {
              @Override
              public void snapshot(Snapshot snapshot) {
                taken.add(snapshot);
              }

              @Override
              public void warning(String text) {}
            })) {
      agent.start();
      await().until(() -> !taken.isEmpty() && last(taken).revision() == 11);
      served.close();
      assertThat(restore().contents().epoch()).isEqualTo(2);
      served = started(port);
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> last(taken).epoch() == 2 && percentage(last(taken)) == 10);
    }
  }

  private static Snapshot last(List<Snapshot> snapshots) {
    return snapshots.get(snapshots.size() - 1);
  }

  private static double percentage(Snapshot snapshot) {
    Flag flag = snapshot.flag("x");
    return flag == null ? -1 : flag.percentage().percent();
  }
}
