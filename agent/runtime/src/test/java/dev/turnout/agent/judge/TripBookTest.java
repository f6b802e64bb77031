package dev.turnout.agent.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Trip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TripBookTest {
  @TempDir Path directory;

  private TripBook opened() {
    TripBook book = new TripBook(directory.toFile(), Runnable::run);
    book.load();
    return book;
  }

  private static Trip trip(String flag) {
    return new Trip(
        flag,
        null,
        7,
        "error_rate > 5 %",
        "threshold",
        9.5,
        100,
        9,
        Instant.ofEpochSecond(1_700_000_000));
  }

  @Test
  void trip_outlivesARestart() {
    opened().add(trip("f"), "production", 1);
    assertThat(opened().trips()).containsOnlyKeys("f").containsValue(trip("f"));
  }

  // A new path that fills the disk trips when the disk is full.
  @Test
  void tripThatCouldNotBeWritten_isWrittenOnceItCan() throws Exception {
    Path inTheWay = Files.createFile(directory.resolve("trips"));
    TripBook book = new TripBook(directory.toFile(), Runnable::run);
    book.add(trip("f"), "production", 1);
    book.add(trip("g"), "production", 1);
    book.add(trip("h"), "production", 1);
    book.remove("h", 9);
    assertThat(book.problem()).isNotNull();
    Files.delete(inTheWay);
    book.look(System.nanoTime() + TimeUnit.SECONDS.toNanos(29));
    assertThat(opened().trips()).isEmpty();
    book.look(System.nanoTime() + TimeUnit.SECONDS.toNanos(31));
    assertThat(book.problem()).isNull();
    assertThat(opened().trips()).containsOnlyKeys("f", "g");
  }

  // Nor of one that fills the memory: to hand a thing over takes some, and so does to write it.
  @Test
  void tripThatCouldNotBeWrittenForWantOfMemory_isWrittenOnceItCan() {
    AtomicBoolean none = new AtomicBoolean(true);
    TripBook book =
        new TripBook(
            directory.toFile(),
            errand -> {
              if (none.get()) {
                throw new OutOfMemoryError("none left");
              }
              errand.run();
            });
    book.add(trip("f"), "production", 1);
    assertThat(book.trips()).containsOnlyKeys("f");
    assertThat(book.problem()).contains("none left");
    none.set(false);
    book.look(System.nanoTime() + TimeUnit.SECONDS.toNanos(31));
    assertThat(book.problem()).isNull();
    assertThat(opened().trips()).containsOnlyKeys("f");
  }

  @Test
  @SuppressWarnings("NullAway")
  void tripWhoseWritingFailsInAnyOtherWay_isTriedAgain() {
    Trip odd = new Trip("f", null, 7, null, "threshold", 9.5, 100, 9, Instant.EPOCH);
    Queue<Runnable> errands = new ArrayDeque<>();
    TripBook book = new TripBook(directory.toFile(), errands::add);
    book.add(odd, "production", 1);
    errands.remove().run();
    assertThat(book.problem()).contains("NullPointerException");
    book.look(System.nanoTime() + TimeUnit.SECONDS.toNanos(31));
    assertThat(errands).hasSize(1);
  }

  @Test
  void tripOfAVariant_outlivesARestart() {
    opened().add(trip("f").of("manual"), "production", 1);
    assertThat(opened().trips()).containsValue(trip("f").of("manual"));
  }

  @Test
  void twoProcessesWithOneDirectory_loseNothing() {
    TripBook first = opened();
    TripBook second = opened();
    first.add(trip("a"), "production", 1);
    second.add(trip("b"), "production", 1);
    assertThat(opened().trips()).containsOnlyKeys("a", "b");
    second.remove("b", 99);
    assertThat(opened().trips()).containsOnlyKeys("a");
  }

  @Test
  void tripOfAnotherProcess_afterTheReset_staysRecorded() {
    TripBook first = opened();
    first.add(trip("a"), "production", 1);
    TripBook second = opened();
    long reset = trip("a").flagRevision() + 1;
    first.remove("a", reset);
    first.add(trip("a").under(reset), "production", 1);
    second.remove("a", reset);
    assertThat(opened().trips()).containsValue(trip("a").under(reset));
    first.remove("a", reset + 1);
    assertThat(opened().trips()).isEmpty();
  }

  @Test
  void tripOfARevisionThatTheServerLost_isOneOfItsPresent_andOfNoOtherFlag() {
    TripBook book = opened();
    book.add(trip("a"), "production", 1);
    book.add(trip("other"), "production", 1);
    assertThat(book.follow(server(2, 7))).isFalse();
    // What is on the disk may be older than the trip, of the same server.
    assertThat(book.follow(server(1, 3))).isFalse();
    assertThat(book.follow(server(2, 3))).isTrue();
    assertThat(book.trips())
        .isEqualTo(Map.of("a", trip("a").under(3), "other", trip("other")))
        .isEqualTo(opened().trips());
    assertThat(book.follow(server(2, 3))).isFalse();
  }

  @Test
  void tripOfALostRevision_thatIsResetBeforeItIsWritten_leavesNoRecord() {
    opened().add(trip("a"), "production", 1);
    Queue<Runnable> slow = new ArrayDeque<>();
    TripBook book = new TripBook(directory.toFile(), slow::add);
    book.load();
    book.follow(server(2, 3));
    book.remove("a", 4);
    slow.forEach(Runnable::run);
    assertThat(opened().trips()).isEmpty();
  }

  @Test
  void tripOfNoServersFlag_isOneOfTheServersPresent_onceItTellsOfTheFlag() {
    TripBook book = opened();
    book.add(trip("a").under(5), "", 0);
    book.add(trip("other").under(5), "", 0);
    assertThat(book.follow(server(1, 3))).isTrue();
    assertThat(book.trips())
        .isEqualTo(Map.of("a", trip("a").under(3), "other", trip("other").under(5)))
        .isEqualTo(opened().trips());
    assertThat(book.follow(server(1, 4))).isFalse();
    for (TripBook each : List.of(book, opened())) {
      // Others may be well, and judge for themselves.
      assertThat(each.reported())
          .containsExactlyInAnyOrder(trip("a").under(0), trip("other").under(0));
      Flag reset = Flag.named("a").edit().resetRevision(3).done();
      assertThat(each.isVoid(reset, server(1, 4))).isFalse();
      assertThat(each.isVoid(reset.edit().resetRevision(4).done(), server(1, 4))).isTrue();
      assertThat(each.isVoid(reset.edit().resetRevision(5).done(), Snapshot.EMPTY)).isFalse();
      assertThat(each.isVoid(reset.edit().resetRevision(6).done(), Snapshot.EMPTY))
          .as("by the file again")
          .isTrue();
    }
  }

  // Its revisions say nothing of this one's: no reset here might ever be later.
  @Test
  void tripOfTheEnvironmentThatTheJvmWasMovedFrom_staysAndCanBeReset() {
    opened().add(trip("a"), "staging", 1);
    TripBook book = opened();
    assertThat(book.follow(server(1, 3))).isTrue();
    assertThat(book.follow(server(1, 3))).isFalse();
    for (TripBook each : List.of(book, opened())) {
      assertThat(each.trips()).isEqualTo(Map.of("a", trip("a").under(3)));
      assertThat(each.reported())
          .as("no reason to stop others")
          .containsExactly(trip("a").under(0));
      assertThat(each.isVoid(Flag.named("a").edit().resetRevision(3).done(), server(1, 4)))
          .isFalse();
      assertThat(each.isVoid(Flag.named("a").edit().resetRevision(4).done(), server(1, 4)))
          .isTrue();
    }
  }

  @Test
  void resetOfTheNewEnvironment_beforeTheJvmWasMovedThere_isNone() {
    TripBook book = opened();
    book.add(trip("a"), "staging", 1);
    Snapshot server = server(1, 900);
    Flag reset = Flag.named("a").edit().resetRevision(900).done();
    assertThat(book.isVoid(reset, server)).as("found late, not followed yet").isFalse();
    book.follow(server);
    assertThat(book.isVoid(reset, server)).isFalse();
  }

  @Test
  void recordThatSaysNoEnvironment_isOfTheServers() throws IOException {
    opened().add(trip("a"), "production", 1);
    Path record = directory.resolve("trips/a.trip");
    String without = Files.readString(record).replaceFirst("(?m)^env=.*\\R", "");
    assertThat(Files.writeString(record, without)).content().doesNotContain("env");
    TripBook book = opened();
    assertThat(book.follow(server(1, 9))).isFalse();
    assertThat(book.reported()).containsExactly(trip("a"));
  }

  @Test
  void tripOfTheFile_isNotVoidByAServerThatItDoesNotFollowYet() {
    TripBook book = opened();
    book.add(trip("a").under(0), "", 0);
    assertThat(book.isVoid(Flag.named("a").edit().resetRevision(2).done(), server(1, 4))).isFalse();
    assertThat(book.isVoid(Flag.named("a").edit().resetRevision(1).done(), Snapshot.EMPTY))
        .isTrue();
    assertThat(book.isVoid(Flag.named("a"), Snapshot.EMPTY)).isFalse();
  }

  private static Snapshot server(long epoch, long revision) {
    Map<String, Flag> flags = Map.of("a", Flag.named("a"));
    return new Snapshot(
        "production", epoch, revision, Instant.EPOCH, CanaryMode.OFF, Map.of(), flags);
  }

  // As older agents may have written it, and as no server takes it.
  @Test
  void recordOfMoreBadCallsThanCalls_isOneOfAsMany() {
    Trip odd =
        new Trip("f", null, 7, "error_rate > 5 %", "threshold", 102, 100, 102, Instant.EPOCH);
    opened().add(odd, "production", 1);
    assertThat(opened().reported())
        .containsExactly(
            new Trip("f", null, 7, "error_rate > 5 %", "threshold", 100, 100, 100, Instant.EPOCH));
  }

  @Test
  void unreadableRecord_costsNoOtherTrip_atAnyRestart() throws IOException {
    opened().add(trip("a"), "production", 1);
    Files.writeString(directory.resolve("trips/b.trip"), "garbage");
    Files.writeString(directory.resolve("trips/c.trip"), "flag=c\nflag_revision=\\uZZZZ");
    assertThat(opened().trips()).containsOnlyKeys("a");
    assertThat(opened().trips()).containsOnlyKeys("a");
  }

  @Test
  void noDirectory_keptInMemory() throws IOException {
    Files.writeString(directory.resolve("file"), "");
    TripBook book = new TripBook(directory.resolve("file").toFile(), Runnable::run);
    book.load();
    assertThat(book.problem()).isEqualTo(directory.resolve("file") + " is no directory");
    book.add(trip("f"), "production", 1);
    assertThat(book.trips()).containsOnlyKeys("f");
    Files.delete(directory.resolve("file"));
    book.add(trip("g"), "production", 1);
    assertThat(book.problem()).isNull();
    TripBook next = new TripBook(directory.resolve("file").toFile(), Runnable::run);
    next.load();
    assertThat(next.trips()).containsOnlyKeys("f", "g");
  }

  @Test
  void directoryThatIsNotThereYet_isNotMadeBeforeATrip() {
    TripBook book = new TripBook(directory.resolve("new/state").toFile(), Runnable::run);
    book.load();
    assertThat(book.problem()).isNull();
    assertThat(directory).isEmptyDirectory();
    book.add(trip("f"), "production", 1);
    assertThat(directory.resolve("new/state/trips/f.trip")).exists();
  }

  @Test
  void trips_areCopiedOnlyAfterAChange() {
    TripBook book = opened();
    book.add(trip("f"), "production", 1);
    Map<String, Trip> trips = book.trips();
    assertThat(book.trips()).isSameAs(trips);
    book.remove("f", 99);
    assertThat(trips).containsOnlyKeys("f");
    assertThat(book.trips()).isEmpty();
  }

  @Test
  void diskThatHangs_holdsNothingUp() {
    Queue<Runnable> hung = new ArrayDeque<>();
    TripBook book = new TripBook(directory.toFile(), hung::add);
    book.add(trip("f"), "production", 1);
    book.add(trip("f"), "production", 1);
    book.add(trip("g"), "production", 1);
    book.remove("g", 99);
    assertThat(book.trips()).containsOnlyKeys("f");
    assertThat(book.problem()).isNull();
    // One errand for all of them, that writes down the latest.
    assertThat(hung).hasSize(1);
    hung.forEach(Runnable::run);
    assertThat(opened().trips()).containsOnlyKeys("f");
  }

  // A disk that is slow, not one that fails: what is on its way is not tried again.
  @Test
  void recordOfALaterTrip_byAnotherProcess_isDeletedByNoSecondTry() {
    TripBook first = opened();
    first.add(trip("a"), "production", 1);
    Queue<Runnable> slow = new ArrayDeque<>();
    TripBook book = new TripBook(directory.toFile(), slow::add);
    book.load();
    long reset = trip("a").flagRevision() + 1;
    book.remove("a", reset);
    first.remove("a", reset);
    first.add(trip("a").under(reset), "production", 1);
    slow.remove().run();
    book.look(System.nanoTime() + TimeUnit.SECONDS.toNanos(31));
    slow.forEach(Runnable::run);
    assertThat(opened().trips()).containsOnlyKeys("a");
  }

  @Test
  void whatTrippedBeforeTheRecordWasRead_isNewer() {
    opened().add(trip("f").of("old"), "production", 1);
    Queue<Runnable> hung = new ArrayDeque<>();
    TripBook book = new TripBook(directory.toFile(), hung::add);
    book.add(trip("f"), "production", 1);
    book.load();
    assertThat(book.trips()).containsValue(trip("f"));
  }
}
