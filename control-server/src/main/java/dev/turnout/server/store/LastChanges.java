package dev.turnout.server.store;

import java.util.HashMap;
import java.util.Map;

/** Who changed each flag last. Safe for use by several threads. */
public final class LastChanges {
  private final Database database;

  /** Reads from {@code database}. */
  LastChanges(Database database) {
    this.database = database;
  }

  /**
   * What was done last.
   *
   * @param at when, in ISO 8601
   * @param actor the name of the token that asked for it
   * @param action what, such as {@code update}
   */
  public record LastChange(String at, String actor, String action) {}

  /** Returns the last change of every flag that there is or was, by its name. */
  public Map<String, LastChange> byFlag() {
    Map<String, LastChange> changes = new HashMap<>();
    database
        .jdbi()
        .useHandle(
            handle ->
                handle
                    .createQuery(
                        "SELECT flag, at, actor, action FROM audit WHERE id IN"
                            + " (SELECT max(id) FROM audit WHERE flag IS NOT NULL GROUP BY flag)")
                    .map(
                        (row, context) ->
                            changes.put(
                                row.getString("flag"),
                                new LastChange(
                                    row.getString("at"),
                                    row.getString("actor"),
                                    row.getString("action"))))
                    .list());
    return changes;
  }
}
