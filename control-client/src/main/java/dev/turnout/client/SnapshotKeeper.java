package dev.turnout.client;

import dev.turnout.client.Warnings.Topic;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Has snapshots kept on the disk, one after the other and not by the thread that they come on. One
 * that could not be kept is tried again every half a minute until it or a newer one is: the disk
 * may have room again, and the next snapshot may be hours away. Safe for many threads; waits for
 * nobody.
 */
final class SnapshotKeeper {
  private static final long NANOS_TO_RETRY = TimeUnit.SECONDS.toNanos(30);

  private final @Nullable SnapshotStore store;
  private final Executor disk;
  private final Warnings warnings;
  private final LongSupplier nanoTime;
  private long count;

  // The last one that could not be kept.
  private @Nullable Unkept unkept;
  private long failedNanos;

  /**
   * Creates it; nothing is read or written yet.
   *
   * @param store where they are kept; null for nowhere
   * @param disk writes, one thing after the other; what it drops, something newer has followed
   */
  SnapshotKeeper(
      @Nullable SnapshotStore store, Executor disk, Warnings warnings, LongSupplier nanoTime) {
    this.store = store;
    this.disk = disk;
    this.warnings = warnings;
    this.nanoTime = nanoTime;
  }

  /** One of them, by how many came before. */
  private record Handed(long number, SnapshotStore.Kept kept, byte[] document) {}

  private record Unkept(Handed handed, String obstacle) {}

  /** Returns what was kept, or null. Takes as long as the disk does. */
  SnapshotStore.@Nullable Kept load() {
    return store == null ? null : store.load();
  }

  /**
   * Has a snapshot kept, soon.
   *
   * @param document it as it was sent
   */
  void keep(SnapshotStore.Kept kept, byte[] document) {
    if (store != null) {
      hand(store, new Handed(next(), kept, document));
    }
  }

  private synchronized long next() {
    return ++count;
  }

  private void hand(SnapshotStore place, Handed handed) {
    try {
      disk.execute(() -> save(place, handed));
    } catch (Throwable e) {
      // Such as no more threads.
      failed(handed, e.toString());
      tell(e);
    }
  }

  private void save(SnapshotStore place, Handed handed) {
    try {
      String obstacle = place.save(handed.kept(), handed.document());
      if (obstacle == null) {
        kept(handed);
      } else {
        failed(handed, obstacle);
      }
    } catch (Throwable e) {
      // Such as no more memory.
      failed(handed, e.toString());
      tell(e);
    }
  }

  private void tell(Throwable e) {
    warnings.warn(Topic.INTERNAL, "the snapshot is not kept, a restart would not find it: " + e);
  }

  private synchronized void kept(Handed handed) {
    if (unkept != null && unkept.handed().number() <= handed.number()) {
      unkept = null;
    }
  }

  private synchronized void failed(Handed handed, String obstacle) {
    failedNanos = nanoTime.getAsLong();
    if (unkept == null || unkept.handed().number() <= handed.number()) {
      unkept = new Unkept(handed, obstacle);
    }
  }

  /** Has tried again what could not be kept half a minute ago. To be called again and again. */
  void look() {
    Handed again = again();
    if (store != null && again != null) {
      hand(store, again);
    }
  }

  private synchronized @Nullable Handed again() {
    long now = nanoTime.getAsLong();
    if (unkept == null || now - failedNanos < NANOS_TO_RETRY) {
      return null;
    }
    failedNanos = now;
    return unkept.handed();
  }

  /** Says why a restart would not find the latest snapshot; null if it would. */
  synchronized @Nullable String problem() {
    return unkept == null ? null : unkept.obstacle();
  }
}
