package dev.turnout.client;

import dev.turnout.client.Warnings.Topic;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Has the latest snapshot kept on the disk, not by the thread that it comes on: what comes while
 * another is being written waits, and only the last of it is written. One that could not be kept is
 * tried again every half a minute until it or a newer one is: the disk may have room again, and the
 * next snapshot may be hours away. Safe for many threads; waits for nobody.
 */
final class SnapshotKeeper {
  private static final long NANOS_TO_RETRY = TimeUnit.SECONDS.toNanos(30);

  private final @Nullable SnapshotStore store;
  private final Executor disk;
  private final Warnings warnings;
  private final LongSupplier nanoTime;

  // The latest that is not kept yet.
  private @Nullable Unkept unkept;
  private boolean underway;
  private @Nullable String obstacle;
  private long failedNanos;

  /**
   * Creates it; nothing is read or written yet.
   *
   * @param store where they are kept; null for nowhere
   * @param disk writes, one thing after the other
   */
  SnapshotKeeper(
      @Nullable SnapshotStore store, Executor disk, Warnings warnings, LongSupplier nanoTime) {
    this.store = store;
    this.disk = disk;
    this.warnings = warnings;
    this.nanoTime = nanoTime;
  }

  private record Unkept(SnapshotStore.Kept kept, byte[] document) {}

  /** Returns what was kept, or null. Takes as long as the disk does. */
  SnapshotStore.@Nullable Kept load() {
    return store == null ? null : store.load();
  }

  /**
   * Has a snapshot kept, soon.
   *
   * @param document it as it was sent
   */
  synchronized void keep(SnapshotStore.Kept kept, byte[] document) {
    if (store != null) {
      unkept = new Unkept(kept, document);
      saveSoon(store);
    }
  }

  /** Has tried again what could not be kept half a minute ago. To be called again and again. */
  synchronized void look() {
    if (store != null
        && unkept != null
        && !underway
        && nanoTime.getAsLong() - failedNanos >= NANOS_TO_RETRY) {
      saveSoon(store);
    }
  }

  private void saveSoon(SnapshotStore place) {
    if (underway) {
      return;
    }
    underway = true;
    try {
      disk.execute(() -> saveAll(place));
    } catch (Throwable e) {
      // Such as no more threads.
      underway = false;
      failed(e.toString());
      tell(e);
    }
  }

  // What came meanwhile too.
  private void saveAll(SnapshotStore place) {
    Unkept last = null;
    Unkept next;
    while ((next = next(last)) != null) {
      save(place, next);
      last = next;
    }
  }

  // The same again could not be kept.
  @SuppressWarnings("ReferenceEquality")
  private synchronized @Nullable Unkept next(@Nullable Unkept last) {
    Unkept latest = unkept;
    underway = latest != null && latest != last;
    return underway ? latest : null;
  }

  private void save(SnapshotStore place, Unkept next) {
    try {
      String problem = place.save(next.kept(), next.document());
      if (problem == null) {
        kept(next);
      } else {
        failed(problem);
      }
    } catch (Throwable e) {
      // Such as no more memory.
      failed(e.toString());
      tell(e);
    }
  }

  private void tell(Throwable e) {
    warnings.warn(Topic.INTERNAL, "the snapshot is not kept, a restart would not find it: " + e);
  }

  @SuppressWarnings("ReferenceEquality")
  private synchronized void kept(Unkept saved) {
    obstacle = null;
    if (unkept == saved) {
      unkept = null;
    }
  }

  private synchronized void failed(String problem) {
    failedNanos = nanoTime.getAsLong();
    obstacle = problem;
  }

  /** Says why a restart would not find the latest snapshot; null if it would, or will soon. */
  synchronized @Nullable String problem() {
    return obstacle;
  }
}
