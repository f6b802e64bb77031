package dev.turnout.client;

import dev.turnout.client.Warnings.Topic;
import dev.turnout.client.codec.CodecException;
import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.flags.Snapshot;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The snapshot in force. It is only ever replaced by a newer one of the same environment; whatever
 * the server sends instead, it stays.
 */
final class InForce {
  private final @Nullable SnapshotStore store;
  private final Consumer<Snapshot> listener;
  private final Warnings warnings;
  private volatile Snapshot current = Snapshot.EMPTY;
  private boolean confirmed;
  private boolean closed;

  InForce(@Nullable SnapshotStore store, Consumer<Snapshot> listener, Warnings warnings) {
    this.store = store;
    this.listener = listener;
    this.warnings = warnings;
  }

  Snapshot snapshot() {
    return current;
  }

  /** {@code EPOCH:REVISION}, as the server names it; null as long as there is none. */
  @Nullable String id() {
    Snapshot now = current;
    return now.equals(Snapshot.EMPTY) ? null : id(now);
  }

  private static String id(Snapshot snapshot) {
    return snapshot.epoch() + ":" + snapshot.revision();
  }

  /** Puts what was stored by an earlier JVM in force. */
  synchronized void restore() {
    Snapshot stored = store == null ? null : store.load();
    if (stored != null) {
      current = stored;
      deliver(stored);
    }
  }

  /** Takes a document from the server; never throws. */
  synchronized void offer(byte[] json) {
    if (closed) {
      return;
    }
    Snapshot before = current;
    SnapshotCodec.Read read;
    try {
      read = SnapshotCodec.read(json, before);
    } catch (CodecException e) {
      warnings.warn(
          Topic.DOCUMENT,
          "the control server's snapshot is refused, "
              + id(before)
              + " stays in force: "
              + e.getMessage());
      return;
    }
    Snapshot offered = read.snapshot();
    if (!accepts(offered, before)) {
      return;
    }
    if (!read.problems().isEmpty()) {
      warnings.warn(
          Topic.DOCUMENT,
          "snapshot " + id(offered) + " was taken but for: " + String.join("; ", read.problems()));
    }
    confirmed = true;
    current = offered;
    // First the application, then the disk: a kill does not wait for an fsync.
    deliver(offered);
    if (store != null) {
      store.save(offered);
    }
  }

  /** Takes no more documents; what is being written is written when this returns. */
  synchronized void close() {
    closed = true;
  }

  private boolean accepts(Snapshot offered, Snapshot before) {
    if (before.equals(Snapshot.EMPTY)) {
      return true;
    }
    if (!offered.env().equals(before.env())) {
      // An agent that is moved to another environment finds the old one's snapshot on its disk.
      // A server that changes its environment under a running agent is the wrong server.
      warnings.warn(
          Topic.OLDER,
          "the control server's environment is \""
              + offered.env()
              + "\", that of the snapshot in"
              + " force is \""
              + before.env()
              + "\""
              + (confirmed ? "; refused" : "; taken"));
      return !confirmed;
    }
    if (offered.isNewerThan(before)) {
      return true;
    }
    if (before.isNewerThan(offered)) {
      warnings.warn(
          Topic.OLDER,
          "the control server offers snapshot "
              + id(offered)
              + ", older than "
              + id(before)
              + ", which stays in force; if its store was restored, raise the epoch");
    } else {
      confirmed = true;
    }
    return false;
  }

  private void deliver(Snapshot snapshot) {
    try {
      listener.accept(snapshot);
    } catch (Throwable e) {
      // The connection must outlive whatever the listener runs into.
      warnings.warn(Topic.INTERNAL, "snapshot " + id(snapshot) + " could not be applied: " + e);
    }
  }
}
