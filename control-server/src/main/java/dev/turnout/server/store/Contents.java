package dev.turnout.server.store;

import org.jdbi.v3.core.Handle;

/**
 * What is in a database.
 *
 * @param audit what came of reading the whole audit
 */
public record Contents(long epoch, long revision, long flags, AuditCheck audit) {
  static Contents of(Handle handle, AuditCheck audit) {
    return handle
        .createQuery("SELECT epoch, revision, (SELECT count(*) FROM flags) AS flags FROM meta")
        .map(
            (row, context) ->
                new Contents(
                    row.getLong("epoch"), row.getLong("revision"), row.getLong("flags"), audit))
        .one();
  }
}
