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
import java.util.Map;
import java.util.Queue;
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
    opened().add(trip("f"));
    assertThat(opened().trips()).containsOnlyKeys("f").containsValue(trip("f"));
  }

  @Test
  void tripOfAVariant_outlivesARestart() {
    opened().add(trip("f").of("manual"));
    assertThat(opened().trips()).containsValue(trip("f").of("manual"));
  }

  @Test
  void twoProcessesWithOneDirectory_loseNothing() {
    TripBook first = opened();
    TripBook second = opened();
    first.add(trip("a"));
    second.add(trip("b"));
    assertThat(opened().trips()).containsOnlyKeys("a", "b");
    second.remove("b", 99);
    assertThat(opened().trips()).containsOnlyKeys("a");
  }

  @Test
  void tripOfAnotherProcess_afterTheReset_staysRecorded() {
    TripBook first = opened();
    first.add(trip("a"));
    TripBook second = opened();
    long reset = trip("a").flagRevision() + 1;
    first.remove("a", reset);
    first.add(trip("a").under(reset));
    second.remove("a", reset);
    assertThat(opened().trips()).containsValue(trip("a").under(reset));
    first.remove("a", reset + 1);
    assertThat(opened().trips()).isEmpty();
  }

  @Test
  void tripOfARevisionThatTheServerLost_isOneOfItsPresent_andOfNoOtherFlag() {
    TripBook book = opened();
    book.add(trip("a"));
    book.add(trip("other"));
    assertThat(book.follow(server(7))).isFalse();
    assertThat(book.follow(server(3))).isTrue();
    assertThat(book.trips())
        .isEqualTo(Map.of("a", trip("a").under(3), "other", trip("other")))
        .isEqualTo(opened().trips());
    assertThat(book.follow(server(3))).isFalse();
  }

  private static Snapshot server(long revision) {
    Map<String, Flag> flags = Map.of("a", Flag.named("a"));
    return new Snapshot("", 2, revision, Instant.EPOCH, CanaryMode.OFF, Map.of(), flags);
  }

  @Test
  void unreadableRecord_costsNoOtherTrip_atAnyRestart() throws IOException {
    opened().add(trip("a"));
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
    book.add(trip("f"));
    assertThat(book.trips()).containsOnlyKeys("f");
    Files.delete(directory.resolve("file"));
    book.add(trip("g"));
    assertThat(book.problem()).isNull();
  }

  @Test
  void directoryThatIsNotThereYet_isNotMadeBeforeATrip() {
    TripBook book = new TripBook(directory.resolve("new/state").toFile(), Runnable::run);
    book.load();
    assertThat(book.problem()).isNull();
    assertThat(directory).isEmptyDirectory();
    book.add(trip("f"));
    assertThat(directory.resolve("new/state/trips/f.trip")).exists();
  }

  @Test
  void trips_areCopiedOnlyAfterAChange() {
    TripBook book = opened();
    book.add(trip("f"));
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
    book.add(trip("f"));
    book.add(trip("f"));
    book.add(trip("g"));
    book.remove("g", 99);
    assertThat(book.trips()).containsOnlyKeys("f");
    assertThat(book.problem()).isNull();
    // Of each flag there is one thing to be done at most, and that says the latest.
    assertThat(hung).hasSize(2);
    hung.forEach(Runnable::run);
    assertThat(opened().trips()).containsOnlyKeys("f");
  }

  @Test
  void whatTrippedBeforeTheRecordWasRead_isNewer() {
    opened().add(trip("f").of("old"));
    Queue<Runnable> hung = new ArrayDeque<>();
    TripBook book = new TripBook(directory.toFile(), hung::add);
    book.add(trip("f"));
    book.load();
    assertThat(book.trips()).containsValue(trip("f"));
  }
}
