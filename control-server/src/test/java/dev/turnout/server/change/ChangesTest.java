package dev.turnout.server.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnout.client.codec.FlagCodec;
import dev.turnout.client.codec.Json;
import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.flags.Canary;
import dev.turnout.flags.Flag;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import dev.turnout.flags.Trip;
import dev.turnout.server.TestStore;
import dev.turnout.server.store.Database;
import dev.turnout.server.store.FlagStore;
import dev.turnout.server.store.Journal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** What was accepted can be read again, whatever it was. */
class ChangesTest {
  private static final Instant NOW = Instant.parse("2026-01-01T10:00:00.123456789Z");

  private static final Author ANN = Author.named("ann");

  @TempDir Path data;
  private Database database;
  private FlagStore store;
  private Journal journal;
  private Changes changes;

  @BeforeEach
  void open() throws IOException {
    database = TestStore.open(data);
    store = new FlagStore(database, "default");
    journal = Journal.open(data.resolve("stops.journal"));
    changes = new Changes(store, journal, Clock.systemUTC(), flag -> false);
  }

  @AfterEach
  void close() throws IOException {
    database.close();
    journal.close();
  }

  private static Change create(Flag flag) {
    return draft -> draft.create(flag);
  }

  private static ObjectNode users(String user) {
    ObjectNode fields = Json.object();
    fields.putObject("canary").putArray("users").add(user);
    return fields;
  }

  @Test
  void apply_ofWhatCannotBeReadAgain_isRefused() {
    Flag half = Flag.named("x").edit().canary(new Canary(Set.of(), Set.of(), Set.of(""))).done();

    assertThatExceptionOfType(InvalidFlagException.class)
        .isThrownBy(() -> changes.apply(ANN, create(half)))
        .withMessageContaining("could not be read again");
    assertThat(store.load().snapshot().flags()).isEmpty();
  }

  @Test
  void apply_ofTextThatCannotBeWritten_isRefused() {
    Flag half = Flag.named("x").edit().description("\ud800").done();

    assertThatExceptionOfType(InvalidFlagException.class)
        .isThrownBy(() -> changes.apply(ANN, create(half)));
    assertThat(store.load().snapshot().flags()).isEmpty();
  }

  @Test
  void apply_overTheSize_isRefusedButTowardsFallback() {
    String big = "x".repeat(1_000_000);
    int flags = 0;
    RefusedException refused = null;
    while (refused == null) {
      try {
        changes.apply(ANN, FlagChanges.put("f" + flags, users(big)));
        flags++;
      } catch (RefusedException e) {
        refused = e;
      }
    }
    assertThat(flags).isEqualTo((int) (Footprint.MAX_BYTES / 1_000_700));
    assertThat(refused).hasMessageContaining("is the most that a snapshot may hold");

    changes.apply(new Author("ann", "r".repeat(1000), Set.of()), FlagChanges.kill("f0"));
    changes.apply(ANN, FlagChanges.toggle("f1", false));
    changes.apply(ANN, FlagChanges.decrease("f2", Percentage.of(10)));
    changes.apply(ANN, FlagChanges.put("f3", users("nobody")));
    assertThat(store.load()).isEqualTo(changes.kept());
  }

  @Test
  void changeThatTakesLongToPlan_keepsNoStopWaiting_andComesOnTop() throws Exception {
    changes.apply(ANN, FlagChanges.put("x", Json.object().put("percentage", 50)));
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger plans = new AtomicInteger();
    Change large =
        draft -> {
          if (plans.incrementAndGet() == 1) {
            begun.countDown();
            awaitLatch(goOn);
          }
          FlagChanges.put("y", Json.object().put("percentage", 7)).apply(draft);
        };
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<Snapshot> largeMade = thread.submit(() -> changes.apply(ANN, large));
      awaitLatch(begun);
      changes.apply(ANN, FlagChanges.kill("x"));
      assertThat(largeMade.isDone()).isFalse();
      goOn.countDown();
      assertThat(largeMade.get(30, TimeUnit.SECONDS).flag("x").stop()).isNotNull();
    } finally {
      goOn.countDown();
      thread.shutdownNow();
    }
    assertThat(plans).hasValue(2);
    assertThat(store.load()).isEqualTo(changes.kept());
    assertThat(changes.current().flag("y")).isNotNull();
    assertThat(changes.current().revision()).isEqualTo(3);
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void changeThatOthersAlwaysComeBefore_isMadeAllTheSame() {
    AtomicInteger plans = new AtomicInteger();
    Snapshot after =
        changes.apply(
            ANN,
            draft -> {
              // Before its turn only: then the others wait.
              if (plans.incrementAndGet() <= 3) {
                changes.apply(ANN, create(Flag.named("other" + plans)));
              }
              draft.create(Flag.named("x"));
            });
    assertThat(plans).hasValue(4);
    assertThat(after.flags()).containsOnlyKeys("other1", "other2", "other3", "x");
    assertThat(store.load()).isEqualTo(changes.kept());
  }

  @Test
  void apply_ofAnotherProcess_isKept() {
    Changes other = new Changes(store, journal, Clock.systemUTC(), flag -> false);
    changes.apply(ANN, create(Flag.named("x").edit().percentage(10).done()));
    Snapshot after =
        other.apply(
            Author.named("bob"), FlagChanges.put("x", Json.object().put("description", "d")));

    assertThat(after.revision()).isEqualTo(2);
    assertThat(after.flags().get("x").percentage()).isEqualTo(Percentage.of(10));
  }

  @Test
  void footprint_isTheSameTowardsFallback() {
    Flag flag = Flag.named("x").edit().percentage(100).done();
    Snapshot before = snapshot(flag);
    Footprint footprint = Footprint.of(before);
    Stop stop = new Stop(Stop.Kind.KILLED, "ann", NOW, "why", null);

    for (Flag after :
        new Flag[] {
          flag.edit().stop(stop).revision(12345).done(),
          flag.edit().percentage(99.999).done(),
          flag.edit().enabled(false).frozen(true).done()
        }) {
      assertThat(footprint.after(before, snapshot(after))).isEqualTo(footprint);
    }
  }

  @Test
  void footprint_ofADifference_isThatOfTheWhole() {
    Snapshot before = snapshot(Flag.named("x"));
    Snapshot after = snapshot(Flag.named("a-longer-name").edit().description("d").done());

    assertThat(Footprint.of(before).after(before, after)).isEqualTo(Footprint.of(after));
  }

  @Test
  void stopOfEveryFlag_fitsIntoWhatIsLeft() {
    String name = "n".repeat(128);
    Trip trip =
        new Trip(
            name,
            name,
            Long.MAX_VALUE,
            "€".repeat(64),
            "€".repeat(32),
            33.33333333333333,
            999_999_999_999_999L,
            999_999_999_999_999L,
            NOW);
    Stop stop = new Stop(Stop.Kind.TRIPPED, name + "/" + name, NOW, "€".repeat(9_999), trip);
    Flag flag = Flag.named(name);
    long without = Json.bytes(FlagCodec.toJson(flag)).length;
    long with = Json.bytes(FlagCodec.toJson(flag.edit().stop(stop).done())).length;

    assertThat(Footprint.MAX_BYTES + (with - without) * SnapshotCodec.MAX_FLAGS)
        .isLessThan(Json.MAX_BYTES);
  }

  private static Snapshot snapshot(Flag flag) {
    return new Snapshot(
        "default",
        1,
        1,
        NOW,
        Snapshot.EMPTY.canary(),
        java.util.Map.of(),
        java.util.Map.of(flag.name(), flag));
  }
}
