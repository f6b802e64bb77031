package dev.turnout.server.store;

import dev.turnout.client.codec.CodecException;
import dev.turnout.client.codec.FlagCodec;
import dev.turnout.client.codec.Json;
import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.experiment.Experiment;
import dev.turnout.server.experiment.ExperimentJson;
import dev.turnout.server.rollout.Rollout;
import dev.turnout.server.rollout.RolloutJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Snapshots and their history in the database. Safe for use by several threads. */
public final class FlagStore {
  private final Database database;
  private final String env;

  /** Keeps the flags of one environment in {@code database}. */
  public FlagStore(Database database, String env) {
    this.database = database;
    this.env = env;
  }

  /**
   * Reads all as it was last saved.
   *
   * @throws UnreadableStoreException if a row cannot be understood: a server that left a flag out
   *     would switch its callers without anybody having asked for it
   */
  public Kept load() {
    return kept(database.read(this::rows));
  }

  private static Kept kept(Rows rows) {
    try {
      SnapshotCodec.Read read = SnapshotCodec.read(rows.snapshot(), Snapshot.EMPTY);
      if (!read.problems().isEmpty()) {
        throw new UnreadableStoreException(String.join("; ", read.problems()), null);
      }
      Map<String, Rollout> rollouts = new TreeMap<>();
      rows.rollouts().stream()
          .map(row -> RolloutJson.read(node(row)))
          .forEach(rollout -> rollouts.put(rollout.flag(), rollout));
      Map<String, Experiment> experiments = new TreeMap<>();
      rows.experiments().stream()
          .map(row -> ExperimentJson.read(node(row)))
          .forEach(experiment -> experiments.put(experiment.name(), experiment));
      return new Kept(read.snapshot(), rollouts, experiments);
    } catch (CodecException | InvalidFlagException e) {
      throw new UnreadableStoreException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Rows of one moment, as they are. */
  private record Rows(byte[] snapshot, List<String> rollouts, List<String> experiments) {}

  private Rows rows(Handle handle) {
    return new Rows(
        document(handle),
        handle.createQuery("SELECT json FROM rollouts").mapTo(String.class).list(),
        handle.createQuery("SELECT json FROM experiments").mapTo(String.class).list());
  }

  /** Returns whether the store is at the epoch and revision of this snapshot. */
  public boolean isAt(Snapshot snapshot) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("SELECT epoch, revision FROM meta")
                    .map(
                        (row, context) ->
                            row.getLong("epoch") == snapshot.epoch()
                                && row.getLong("revision") == snapshot.revision())
                    .one());
  }

  // The rows put together as the document that agents get, so that there is one reader for both.
  private byte[] document(Handle handle) {
    ObjectNode json = Json.object();
    json.put("env", env);
    handle
        .createQuery("SELECT epoch, revision, changed_at FROM meta")
        .map(
            (row, context) ->
                json.put("epoch", row.getLong("epoch"))
                    .put("revision", row.getLong("revision"))
                    .put("issuedAt", row.getString("changed_at")))
        .one();
    json.putObject("canary").put("mode", false).putArray("users");
    json.putObject("rings");
    handle
        .createQuery("SELECT name, json FROM settings WHERE name IN ('canary', 'rings')")
        .map((row, context) -> json.set(row.getString("name"), node(row.getString("json"))))
        .list();
    ArrayNode flags = json.putArray("flags");
    handle
        .createQuery("SELECT json FROM flags ORDER BY name")
        .mapTo(String.class)
        .forEach(flag -> flags.add(node(flag)));
    return Json.bytes(json);
  }

  /**
   * Saves what differs between two snapshots, together with who did it: all of it or nothing. If
   * this fails otherwise than as stale, it is not known which: the answer may have been lost.
   *
   * @throws StaleRevisionException if the store is not at the revision that the change began with
   */
  public void save(Saving saving) {
    database.jdbi().useTransaction(handle -> save(handle, saving));
  }

  /**
   * Reads and saves in one step: other servers that want to save meanwhile wait until it is over.
   * For whoever would be outrun for ever otherwise, as reading takes longer than their saving.
   *
   * @param work must be quick
   * @return what {@code work} returned, once what it saved is
   */
  public <R> R alone(Function<Alone, R> work) {
    return database
        .jdbi()
        .inTransaction(
            handle -> {
              AuditLog.lock(handle);
              return work.apply(new Alone(handle));
            });
  }

  /** The store while nobody else can change it. */
  public final class Alone {
    private final Handle handle;

    private Alone(Handle handle) {
      this.handle = handle;
    }

    /** As {@link FlagStore#load}. */
    public Kept load() {
      return kept(rows(handle));
    }

    /** Returns those that are not in the audit yet as done at that very time, in their order. */
    public List<AuditEntry> notEntered(List<AuditEntry> entries) {
      return AuditLog.notEntered(handle, entries);
    }

    /** As {@link FlagStore#save}, once the work is over. */
    public void save(Saving saving) {
      FlagStore.this.save(handle, saving);
    }
  }

  private void save(Handle handle, Saving saving) {
    Snapshot before = saving.before().snapshot();
    Snapshot after = saving.after().snapshot();
    int moved =
        handle
            .createUpdate(
                "UPDATE meta SET epoch = :nextEpoch, revision = :next, changed_at = :at"
                    + " WHERE epoch = :epoch AND revision = :revision")
            .bind("nextEpoch", after.epoch())
            .bind("next", after.revision())
            .bind("at", after.issuedAt().toString())
            .bind("epoch", before.epoch())
            .bind("revision", before.revision())
            .execute();
    if (moved != 1) {
      throw new StaleRevisionException(before.revision());
    }
    saveRows(handle, "flags", "name", FlagCodec::toJson, before.flags(), after.flags());
    if (!before.canary().equals(after.canary())) {
      saveSetting(handle, "canary", EnvironmentJson.canary(after.canary()).toString());
    }
    if (!List.copyOf(before.ringMembers().entrySet())
        .equals(List.copyOf(after.ringMembers().entrySet()))) {
      saveSetting(handle, "rings", EnvironmentJson.rings(after.ringMembers()).toString());
    }
    saveRows(
        handle,
        "rollouts",
        "flag",
        RolloutJson::write,
        saving.before().rollouts(),
        saving.after().rollouts());
    saveRows(
        handle,
        "experiments",
        "name",
        ExperimentJson::write,
        saving.before().experiments(),
        saving.after().experiments());
    saving.settings().forEach((name, json) -> saveSetting(handle, name, json));
    AuditLog.append(handle, saving.entries());
    database.hint(handle);
  }

  private static <T> void saveRows(
      Handle handle,
      String table,
      String key,
      Function<T, JsonNode> json,
      Map<String, T> before,
      Map<String, T> after) {
    PreparedBatch gone = handle.prepareBatch("DELETE FROM " + table + " WHERE " + key + " = ?");
    before.keySet().stream().filter(name -> !after.containsKey(name)).forEach(gone::add);
    int[] unused = gone.execute();
    PreparedBatch changed = handle.prepareBatch(upsert(table, key));
    after.forEach(
        (name, value) -> {
          if (!value.equals(before.get(name))) {
            changed.add(name, json.apply(value).toString());
          }
        });
    unused = changed.execute();
  }

  private static void saveSetting(Handle handle, String name, String json) {
    handle.execute(upsert("settings", "name"), name, json);
  }

  private static String upsert(String table, String key) {
    return "INSERT INTO "
        + table
        + " ("
        + key
        + ", json) VALUES (?, ?) ON CONFLICT ("
        + key
        + ") DO UPDATE SET json = excluded.json";
  }

  /** Who changed each flag last. */
  public LastChanges lastChanges() {
    return new LastChanges(database);
  }

  /** Returns a setting that belongs to no snapshot, in JSON; null if it was never set. */
  public @Nullable String setting(String name) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("SELECT json FROM settings WHERE name = :name")
                    .bind("name", name)
                    .mapTo(String.class)
                    .findOne()
                    .orElse(null));
  }

  private static JsonNode node(String json) {
    return Json.parse(json.getBytes(StandardCharsets.UTF_8));
  }
}
