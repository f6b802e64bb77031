package dev.turnout.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.client.codec.Samples;
import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Snapshot;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that keeps snapshots is killed in the midst of it, or finds the disk full. The seed is
 * printed with a failure; {@code -Dturnout.kill.seed} repeats the pauses.
 */
class SnapshotWriterTest {
  private static final int KILLS = Integer.getInteger("turnout.kill.rounds", 52);
  private static final long SEED = Long.getLong("turnout.kill.seed", System.nanoTime());
  private static final int LANES = 2;
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(25);

  @TempDir Path directory;

  private static Process start(List<String> before, Path store, String mode) throws IOException {
    List<String> command = new ArrayList<>(before);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-cp",
            System.getProperty("java.class.path"),
            Writer.class.getName(),
            store.toString(),
            mode));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  @Test
  void kill_atAnyPointOfAWrite_losesNothingThatWasKept() throws Exception {
    ExecutorService lanes = Executors.newFixedThreadPool(LANES);
    try {
      List<Callable<Long>> tasks = new ArrayList<>();
      for (int lane = 0; lane < LANES; lane++) {
        Path store = Files.createDirectory(directory.resolve("lane-" + lane));
        Random random = new Random(SEED + lane);
        tasks.add(() -> killAgainAndAgain(store, random));
      }
      for (Future<Long> lane : lanes.invokeAll(tasks)) {
        assertThat(lane.get()).isGreaterThanOrEqualTo(KILLS / LANES);
      }
    } finally {
      lanes.shutdownNow();
    }
  }

  /** Returns the last revision that was kept. */
  private static long killAgainAndAgain(Path store, Random random) throws Exception {
    long kept = 0;
    for (int round = 0; round < KILLS / LANES; round++) {
      Process writer = start(List.of(), store, "loop");
      try (BufferedReader lines = writer.inputReader(UTF_8)) {
        long told = Long.parseLong(lines.readLine());
        LockSupport.parkNanos((long) (LONGEST_PAUSE.toNanos() * random.nextDouble()));
        // By its handle: the process itself would close what it has still to say.
        writer.toHandle().destroyForcibly();
        String line;
        while ((line = lines.readLine()) != null) {
          told = line.isEmpty() ? told : Long.parseLong(line);
        }
        assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
        Snapshot found = loaded(store);
        assertThat(found).as("seed %d, round %d: a whole generation", SEED, round).isNotNull();
        // What was being written may be there or not.
        assertThat(found.revision()).as("seed %d", SEED).isBetween(told, told + 1);
        assertThat(found).isEqualTo(Writer.snapshot(found.revision()));
        kept = found.revision();
      }
    }
    return kept;
  }

  private static Snapshot loaded(Path store) {
    List<String> warnings = new ArrayList<>();
    SnapshotStore.Kept kept = new SnapshotStore(store, warnings::add).load();
    // Whatever the moment, the newest file that is there is whole.
    assertThat(warnings).isEmpty();
    return kept == null ? null : kept.snapshot();
  }

  // A limit on the size of files stands for the full disk: part of a write succeeds, then no more.
  @Test
  @EnabledOnOs(OS.LINUX)
  void diskThatIsFull_isToldOnce_andWhatWasKeptStays() throws Exception {
    Process writer =
        start(
            List.of("sh", "-c", "ulimit -f 32 && exec \"$0\" \"$@\""),
            directory,
            "small-and-large");
    List<String> lines;
    try (BufferedReader out = writer.inputReader(UTF_8)) {
      lines = out.lines().toList();
    }

    assertThat(writer.waitFor()).isZero();
    assertThat(lines).hasSize(4);
    assertThat(lines.get(0)).isEqualTo("kept 1");
    assertThat(lines.get(1)).startsWith("warning the snapshot cannot be kept in " + directory);
    assertThat(lines.get(2)).isEqualTo("kept 1");
    assertThat(lines.get(3)).isEqualTo("kept 4");
    try (var files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("snapshot.0", "snapshot.1");
    }
  }

  /** What runs in the process. */
  static final class Writer {
    private static final int FLAGS = 200;

    private Writer() {}

    /** Large enough for a write to take its time. */
    static Snapshot snapshot(long revision) {
      Flag[] flags = new Flag[FLAGS];
      for (int i = 0; i < FLAGS; i++) {
        flags[i] = Flag.named("flag-" + i).edit().revision(revision).percentage(i % 100).done();
      }
      return Samples.snapshot(1, revision, flags);
    }

    private static void save(SnapshotStore store, Snapshot snapshot) {
      store.save(new SnapshotStore.Kept(snapshot, null), SnapshotCodec.write(snapshot));
    }

    private static long kept(SnapshotStore store) {
      SnapshotStore.Kept kept = store.load();
      return kept == null ? 0 : kept.snapshot().revision();
    }

    public static void main(String[] arguments) {
      SnapshotStore store =
          new SnapshotStore(
              Path.of(arguments[0]), warning -> System.out.println("warning " + warning));
      if (arguments[1].equals("loop")) {
        for (long revision = kept(store) + 1; ; revision++) {
          save(store, snapshot(revision));
          System.out.println(revision);
        }
      }
      save(store, Samples.snapshot(1, 1, Flag.named("a")));
      System.out.println("kept " + kept(store));
      save(store, snapshot(2));
      save(store, snapshot(3));
      System.out.println("kept " + kept(store));
      save(store, Samples.snapshot(1, 4, Flag.named("a")));
      System.out.println("kept " + kept(store));
    }
  }
}
