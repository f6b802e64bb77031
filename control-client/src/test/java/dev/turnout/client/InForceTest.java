package dev.turnout.client;

import static java.nio.charset.StandardCharsets.UTF_8;
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
  private static final Sources SOURCES =
      new Sources(Clock.systemUTC(), System::nanoTime, new Random(1));

  @TempDir Path directory;
  private final List<Snapshot> delivered = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private Refusals refusals = new Refusals(SOURCES);

  private SnapshotStore store() {
    return new SnapshotStore(directory, told::add);
  }

  private InForce inForce(Executor disk) {
    Warnings warnings = new Warnings(told::add, System::nanoTime);
    return new InForce(
        new SnapshotKeeper(store(), disk, warnings, System::nanoTime),
        Trust.ANY,
        delivered::add,
        warnings,
        refusals);
  }

  private InForce restarted() {
    refusals = new Refusals(SOURCES);
    InForce restarted = inForce(Runnable::run);
    restarted.restore();
    return restarted;
  }

  // Of a newer server, whose limit this agent has not heard of.
  private static void offerNewer(InForce inForce, long revision) {
    byte[] json = newer(Samples.snapshot(1, revision, Samples.full()));
    assertThat(inForce.offer(new InForce.Document("1:" + revision, json, null))).isTrue();
  }

  private static byte[] newer(Snapshot snapshot) {
    return new String(SnapshotCodec.write(snapshot), UTF_8)
        .replace("\"error_rate\"", "\"regret\"")
        .getBytes(UTF_8);
  }

  private void assertToldOfTheLimit(long revision) {
    assertThat(refusals.list())
        .singleElement()
        .satisfies(
            refusal -> {
              assertThat(refusal.revision()).isEqualTo(revision);
              assertThat(refusal.reason()).startsWith("only in part: flag full: limits");
            });
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

  @Test
  void flagThatIsNotUnderstood_isToldForAsLongAsItHolds() {
    InForce inForce = inForce(Runnable::run);
    offer(inForce, 1);

    offerNewer(inForce, 2);
    assertToldOfTheLimit(2);
    offerNewer(inForce, 3);
    assertToldOfTheLimit(3);

    offer(inForce, 4);
    assertThat(refusals.list()).isEmpty();
  }

  @Test
  void flagThatIsNotUnderstood_isToldAfterARestartToo() {
    offerNewer(inForce(Runnable::run), 2);
    told.clear();

    restarted();

    assertToldOfTheLimit(2);
    assertThat(told).singleElement().asString().contains("1:2 was taken but for: flag full:");
  }

  @Test
  void snapshotOfWhichAnOlderAgentUnderstoodAPart_isAskedForAnew_andTaken() {
    offerNewer(inForce(Runnable::run), 2);
    InForce newer = restarted();
    assertThat(newer.id()).isNull();
    assertThat(newer.isKnown("1:2", null)).isFalse();

    Snapshot whole = offer(newer, 2);

    assertThat(newer.snapshot()).isEqualTo(whole);
    assertThat(refusals.list()).isEmpty();
    assertThat(newer.id()).isEqualTo("1:2");
    assertThat(restarted().id()).isEqualTo("1:2");
  }

  @Test
  void snapshotThatIsStillUnderstoodInPart_isAskedForOnce() {
    offerNewer(inForce(Runnable::run), 2);
    InForce restarted = restarted();
    delivered.clear();

    offerNewer(restarted, 2);

    assertThat(restarted.id()).isEqualTo("1:2");
    assertThat(delivered).isEmpty();
    assertToldOfTheLimit(2);
  }
}
