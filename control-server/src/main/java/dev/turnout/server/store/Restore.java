package dev.turnout.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.client.codec.Json;
import dev.turnout.server.rollout.Rollout;
import dev.turnout.server.rollout.RolloutJson;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * Puts a copy in the place of a server's database. The order of things, so that whatever is cut
 * short leaves a database that a server can start from:
 *
 * <ol>
 *   <li>The data directory is taken: no server runs on it, and none starts.
 *   <li>The copy is copied beside the database, checked, brought up to date, and its epoch raised:
 *       agents that know later revisions would refuse it otherwise.
 *   <li>What the log of the old database has goes into it, and it gets a second name.
 *   <li>The copy takes its first name, in one step.
 * </ol>
 */
public final class Restore {
  // No token can have this name.
  private static final String ACTOR = "(restore)";

  private static final String WORKING = "turnout.db.restoring";
  private static final List<String> BESIDE = List.of("-wal", "-shm");
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final Path folder;
  private final Path database;
  private final Path working;
  private final Clock clock;

  private Restore(Path folder, Clock clock) {
    this.folder = folder;
    this.clock = clock;
    database = folder.resolve(DataDirectory.DATABASE);
    working = folder.resolve(WORKING);
  }

  /**
   * What was done.
   *
   * @param contents what the server will start from
   * @param kept the database that was there before; null if there was none
   * @param isEpochSure whether the epoch is later than any that the database that was there had,
   *     which could not be told if it was damaged
   */
  public record Done(Contents contents, @Nullable Path kept, boolean isEpochSure) {}

  /** A copy, or its audit, is not what it was. */
  public static final class NotWholeException extends IOException {
    private static final long serialVersionUID = 1L;

    NotWholeException(Path source, AuditCheck.Broken broken) {
      super(
          "the audit in " + source + " is not whole: row " + broken.seq() + ": " + broken.detail());
    }

    NotWholeException(Path source, String wrong) {
      super(source + " is not what its audit says: " + wrong);
    }
  }

  /**
   * Restores a copy.
   *
   * @param folder a server's data directory; created if absent
   * @param source the copy, which stays as it is
   * @param expected a head of its audit that is known from elsewhere; null if none
   * @throws NotWholeException if its audit was tampered with
   * @throws IOException saying in one line why nothing was replaced
   */
  public static Done run(Path folder, Path source, @Nullable AuditHead expected, Clock clock)
      throws IOException {
    try (DataDirectory directory = DataDirectory.open(folder)) {
      Restore restore = new Restore(directory.path(), clock);
      try {
        return restore.run(source, expected);
      } finally {
        restore.removeWorking();
      }
    }
  }

  private Done run(Path source, @Nullable AuditHead expected) throws IOException {
    removeWorking();
    copy(source);
    DatabaseFile.checkIntegrity(working, source);
    Long epoch = Files.exists(database) ? closedEpoch() : Long.valueOf(0);
    Contents contents = prepare(source, expected, epoch == null ? 0 : epoch);
    DatabaseFile.sync(working, StandardOpenOption.WRITE);
    Path kept = Files.exists(database) ? keepOld() : null;
    Files.move(
        working, database, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    DatabaseFile.sync(folder, StandardOpenOption.READ);
    return new Done(contents, kept, epoch != null);
  }

  private void copy(Path source) throws IOException {
    if (!Files.isRegularFile(source)) {
      throw new IOException("there is no file " + source);
    }
    for (String beside : BESIDE) {
      if (Files.exists(Path.of(source + beside))) {
        throw new IOException(
            source
                + " is a server's own database, part of which is in "
                + source
                + beside
                + "; make a copy of it with 'server backup'");
      }
    }
    Files.createFile(working, OwnerOnly.file());
    try (var in = Files.newInputStream(source);
        var out = Files.newOutputStream(working)) {
      in.transferTo(out);
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + source, e);
    }
  }

  /** Brings the copy up to date, and has it continue in an epoch of its own. */
  private Contents prepare(Path source, @Nullable AuditHead expected, long epoch)
      throws IOException {
    Database.checkSchema(working, source.toString());
    try (Database copy = Database.open(working)) {
      AuditLog audit = new AuditLog(copy);
      AuditCheck.Broken broken = AuditCheck.run(audit, expected).broken();
      if (broken != null) {
        throw new NotWholeException(source, broken);
      }
      String wrong = copy.jdbi().withHandle(ContentCheck::wrong);
      if (wrong != null) {
        throw new NotWholeException(source, wrong);
      }
      try {
        Kept unused = new FlagStore(copy, "restored").load();
      } catch (UnreadableStoreException e) {
        throw new NotWholeException(source, String.valueOf(e.getMessage()));
      }
      raiseEpoch(copy, source, epoch);
      AuditCheck after = AuditCheck.run(audit, null);
      return copy.jdbi().withHandle(handle -> Contents.of(handle, after));
    }
  }

  private void raiseEpoch(Database copy, Path source, long epoch) {
    Instant now = clock.instant();
    copy.jdbi()
        .useTransaction(
            handle -> {
              long before = handle.createQuery("SELECT epoch FROM meta").mapTo(Long.class).one();
              long next = Math.max(before, epoch) + 1;
              long revision = AuditLog.lock(handle) + 1;
              handle.execute(
                  "UPDATE meta SET epoch = ?, revision = ?, changed_at = ?",
                  next,
                  revision,
                  now.toString());
              String why = "restored from " + source.getFileName();
              List<AuditEntry> entries = new ArrayList<>();
              entries.add(
                  new AuditEntry(
                      revision,
                      now,
                      ACTOR,
                      "raise-epoch",
                      null,
                      EnvironmentJson.epoch(before).toString(),
                      EnvironmentJson.epoch(next).toString(),
                      why,
                      ""));
              entries.addAll(pauseRollouts(handle, revision, now, why));
              AuditLog.append(handle, entries);
            });
  }

  // What happened since the copy is not in it: a kill, perhaps. Nothing goes up by itself on top.
  private static List<AuditEntry> pauseRollouts(
      Handle handle, long revision, Instant now, String why) {
    List<AuditEntry> entries = new ArrayList<>();
    for (String row : handle.createQuery("SELECT json FROM rollouts").mapTo(String.class).list()) {
      Rollout was = RolloutJson.read(Json.parse(row.getBytes(UTF_8)));
      if (was.state() == Rollout.State.RUNNING) {
        Rollout is = was.as(Rollout.State.PAUSED, why).at(revision);
        String json = RolloutJson.write(is).toString();
        handle.execute("UPDATE rollouts SET json = ? WHERE flag = ?", json, is.flag());
        entries.add(
            new AuditEntry(revision, now, ACTOR, "rollout-pause", is.flag(), row, json, why, ""));
      }
    }
    return entries;
  }

  /** Puts what is in the old database's log into it; returns its epoch, or null if damaged. */
  private @Nullable Long closedEpoch() {
    SQLiteDataSource source = new SQLiteDataSource(new SQLiteConfig());
    source.setUrl("jdbc:sqlite:" + database);
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
      try (ResultSet row = statement.executeQuery("SELECT epoch FROM meta")) {
        return row.next() ? row.getLong(1) : null;
      }
    } catch (SQLException e) {
      return null;
    }
  }

  private Path keepOld() throws IOException {
    Path kept = folder.resolve(DataDirectory.DATABASE + ".before-" + STAMP.format(clock.instant()));
    try {
      // A second name, so that at no time there is none of the first.
      Files.createLink(kept, database);
    } catch (UnsupportedOperationException | FileSystemException e) {
      Files.copy(database, kept, StandardCopyOption.COPY_ATTRIBUTES);
      DatabaseFile.sync(kept, StandardOpenOption.WRITE);
    }
    // Left only by a database that is damaged. It must not be taken for the log of the new one.
    for (String beside : BESIDE) {
      Path log = Path.of(database + beside);
      if (Files.exists(log)) {
        Files.move(log, Path.of(kept + beside));
      }
    }
    return kept;
  }

  private void removeWorking() throws IOException {
    Files.deleteIfExists(working);
    for (String beside : BESIDE) {
      Files.deleteIfExists(Path.of(working + beside));
    }
  }
}
