package dev.turnout.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.client.codec.Samples;
import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.flags.Snapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotKeeperTest {
  @TempDir Path directory;
  private final AtomicLong nanos = new AtomicLong(5);
  private final List<String> told = new ArrayList<>();

  private SnapshotStore store() {
    return new SnapshotStore(directory.resolve("kept"), told::add);
  }

  private SnapshotKeeper keeper(Executor disk) {
    return new SnapshotKeeper(store(), disk, new Warnings(told::add, nanos::get), nanos::get);
  }

  private static void keep(SnapshotKeeper keeper, long revision) {
    Snapshot snapshot = Samples.snapshot(1, revision, Samples.full());
    keeper.keep(new SnapshotStore.Kept(snapshot, null), SnapshotCodec.write(snapshot));
  }

  private void after(SnapshotKeeper keeper, int seconds) {
    nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
    keeper.look();
  }

  private void assertKept(long revision) {
    SnapshotStore.Kept found = store().load();
    assertThat(found).isNotNull();
    assertThat(found.snapshot().revision()).isEqualTo(revision);
  }

  // A kill may be in it, and the next snapshot hours away.
  @Test
  void snapshotThatCouldNotBeKept_isOnceItCan() throws Exception {
    Path inTheWay = Files.createFile(directory.resolve("kept"));
    SnapshotKeeper keeper = keeper(Runnable::run);
    keep(keeper, 1);
    keep(keeper, 2);
    assertThat(keeper.problem()).contains("kept");
    Files.delete(inTheWay);
    after(keeper, 29);
    assertThat(store().load()).isNull();
    after(keeper, 1);
    assertThat(keeper.problem()).isNull();
    assertKept(2);
  }

  @Test
  void snapshotForWhichThereIsNoMemory_isKeptOnceThereIs() {
    Queue<Runnable> errands = new ArrayDeque<>();
    SnapshotKeeper keeper =
        keeper(
            errand -> {
              if (told.isEmpty()) {
                throw new OutOfMemoryError("none left");
              }
              errands.add(errand);
            });
    keep(keeper, 1);
    assertThat(told).singleElement().asString().contains("none left");
    assertThat(keeper.problem()).contains("none left");
    after(keeper, 30);
    errands.remove().run();
    assertThat(keeper.problem()).isNull();
    assertKept(1);
  }

  @Test
  void snapshotThatANewerOneFollowed_isNotTriedAgain() throws Exception {
    Path inTheWay = Files.createFile(directory.resolve("kept"));
    SnapshotKeeper keeper = keeper(Runnable::run);
    keep(keeper, 1);
    Files.delete(inTheWay);
    keep(keeper, 2);
    assertThat(keeper.problem()).isNull();
    after(keeper, 31);
    assertKept(2);
  }

  // On a disk that hangs and then fails, a kill must not be lost among tries of what it followed.
  @Test
  void newerSnapshot_isKeptLast_howeverOftenAnOlderOneWasTriedAgain() throws Exception {
    Path inTheWay = Files.createFile(directory.resolve("kept"));
    Queue<Runnable> errands = new ArrayDeque<>();
    SnapshotKeeper keeper = keeper(errands::add);
    keep(keeper, 5);
    errands.remove().run();
    for (int i = 0; i < 3; i++) {
      after(keeper, 30);
    }
    assertThat(errands).hasSize(1);
    keep(keeper, 7);
    after(keeper, 30);
    assertThat(errands).hasSize(1);
    Files.delete(inTheWay);
    errands.remove().run();
    assertThat(keeper.problem()).isNull();
    assertKept(7);
  }
}
