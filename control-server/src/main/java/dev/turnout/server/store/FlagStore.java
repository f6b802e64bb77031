package dev.turnout.server.store;

import dev.turnout.client.codec.FlagCodec;
import dev.turnout.client.codec.Json;
import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
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
   * Reads the snapshot as it was last saved.
   *
   * @throws IllegalStateException if a row cannot be understood: a server that left a flag out
   *     would switch its callers without anybody having asked for it
   */
  public Snapshot load() {
    byte[] document = database.read(this::document);
    SnapshotCodec.Read read = SnapshotCodec.read(document, Snapshot.EMPTY);
    if (!read.problems().isEmpty()) {
      throw new IllegalStateException(
          "the store holds what cannot be understood: " + String.join("; ", read.problems()));
    }
    return read.snapshot();
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

  /** Returns those that are not in the audit yet as done at that very time, in their order. */
  public List<AuditEntry> notEntered(List<AuditEntry> entries) {
    return new AuditLog(database).notEntered(entries);
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
   * @param before as the store has it
   * @param after of any later revision, not only the next
   * @param settings other settings that changed, in JSON by their name
   * @throws StaleRevisionException if the store is not at the revision of {@code before}
   */
  public void save(
      Snapshot before, Snapshot after, Map<String, String> settings, List<AuditEntry> entries) {
    database
        .jdbi()
        .useTransaction(
            handle -> {
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
              saveFlags(handle, before.flags(), after.flags());
              if (!before.canary().equals(after.canary())) {
                saveSetting(handle, "canary", EnvironmentJson.canary(after.canary()).toString());
              }
              if (!List.copyOf(before.ringMembers().entrySet())
                  .equals(List.copyOf(after.ringMembers().entrySet()))) {
                saveSetting(handle, "rings", EnvironmentJson.rings(after.ringMembers()).toString());
              }
              settings.forEach((name, json) -> saveSetting(handle, name, json));
              AuditLog.append(handle, entries);
              database.hint(handle);
            });
  }

  private static void saveFlags(Handle handle, Map<String, Flag> before, Map<String, Flag> after) {
    for (String name : before.keySet()) {
      if (!after.containsKey(name)) {
        handle.execute("DELETE FROM flags WHERE name = ?", name);
      }
    }
    for (Flag flag : after.values()) {
      if (!flag.equals(before.get(flag.name()))) {
        handle.execute(
            "INSERT INTO flags (name, json) VALUES (?, ?)"
                + " ON CONFLICT (name) DO UPDATE SET json = excluded.json",
            flag.name(),
            FlagCodec.toJson(flag).toString());
      }
    }
  }

  private static void saveSetting(Handle handle, String name, String json) {
    handle.execute(
        "INSERT INTO settings (name, json) VALUES (?, ?)"
            + " ON CONFLICT (name) DO UPDATE SET json = excluded.json",
        name,
        json);
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
