package dev.turnout.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.client.codec.Samples;
import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.client.signing.Trust;
import dev.turnout.flags.Snapshot;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InForceTest {
  @TempDir Path directory;
  private final List<Snapshot> delivered = new ArrayList<>();
  private final List<String> told = new ArrayList<>();

  private SnapshotStore store() {
    return new SnapshotStore(directory, told::add);
  }

  private InForce inForce(Executor disk) {
    Sources sources = new Sources(Clock.systemUTC(), System::nanoTime, new Random(1));
    return new InForce(
        store(),
        disk,
        Trust.ANY,
        delivered::add,
        new Warnings(told::add, System::nanoTime),
        new Refusals(sources));
  }

  private static Snapshot offer(InForce inForce, long revision) {
    Snapshot snapshot = Samples.snapshot(1, revision, Samples.full());
    byte[] json = SnapshotCodec.write(snapshot);
    assertThat(inForce.offer(new InForce.Document("1:" + revision, json, null))).isTrue();
    return snapshot;
  }

  @Test
  void diskThatHangs_keepsNoSnapshotFromBeingInForce() {
    List<Runnable> hanging = new ArrayList<>();
    InForce inForce = inForce(hanging::add);
    Snapshot first = offer(inForce, 1);
    Snapshot second = offer(inForce, 2);
    assertThat(delivered).containsExactly(first, second);
    assertThat(store().load()).isNull();
    hanging.forEach(Runnable::run);
    assertThat(store().load()).isEqualTo(new SnapshotStore.Kept(second, null));
    assertThat(told).isEmpty();
  }

  @Test
  void storedSnapshotThatIsReadLate_isPassedOver() {
    offer(inForce(Runnable::run), 1);
    delivered.clear();
    InForce inForce = inForce(task -> {});
    Snapshot second = offer(inForce, 2);
    inForce.restore();
    assertThat(delivered).containsExactly(second);
    assertThat(inForce.snapshot()).isEqualTo(second);
  }

  @Test
  void noThreadToWriteWith_isToldAndNothingElse() {
    InForce inForce =
        inForce(
            task -> {
              throw new RejectedExecutionException("no thread");
            });
    Snapshot first = offer(inForce, 1);
    assertThat(delivered).containsExactly(first);
    assertThat(told).singleElement().asString().contains("the snapshot is not kept", "no thread");
  }
}
