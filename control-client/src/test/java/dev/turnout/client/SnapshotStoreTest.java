package dev.turnout.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.client.codec.Samples;
import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.flags.Snapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class SnapshotStoreTest {
  @TempDir Path directory;
  private final List<String> warnings = new ArrayList<>();
  private SnapshotStore store;

  @BeforeEach
  void store() {
    store = new SnapshotStore(directory, warnings::add);
  }

  private static Snapshot revision(long revision) {
    return Samples.snapshot(1, revision, Samples.full());
  }

  private static void save(SnapshotStore store, Snapshot snapshot) {
    store.save(new SnapshotStore.Kept(snapshot, null), SnapshotCodec.write(snapshot));
  }

  private static @Nullable Snapshot load(SnapshotStore store) {
    SnapshotStore.Kept kept = store.load();
    return kept == null ? null : kept.snapshot();
  }

  private Path newest() {
    return directory.resolve("snapshot.0");
  }

  @Test
  void load_ofNothing_isNullWithoutAWarning() {
    assertThat(load(store)).isNull();
    assertThat(warnings).isEmpty();
  }

  @Test
  void load_isTheNewest_ofThree() throws Exception {
    for (int i = 1; i <= 5; i++) {
      save(store, revision(i));
    }

    assertThat(load(store)).isEqualTo(revision(5));
    assertThat(Files.list(directory)).hasSize(3);
    Files.delete(newest());
    assertThat(load(store)).isEqualTo(revision(4));
    Files.write(directory.resolve("snapshot.1"), new byte[0]);
    assertThat(load(store)).isEqualTo(revision(3));
    Files.delete(directory.resolve("snapshot.2"));
    assertThat(load(store)).isNull();
  }

  @Test
  void load_cutAtEveryByte_isTheOneBefore() throws Exception {
    save(store, revision(1));
    save(store, revision(2));
    byte[] whole = Files.readAllBytes(newest());
    for (int length = 0; length < whole.length; length++) {
      Files.write(newest(), Arrays.copyOf(whole, length));
      assertThat(load(store)).as("cut at %d", length).isEqualTo(revision(1));
    }
  }

  @Test
  void load_withAnyByteFlipped_isTheOneBefore() throws Exception {
    save(store, revision(1));
    save(store, revision(2));
    byte[] whole = Files.readAllBytes(newest());
    Random random = new Random(7);
    for (int i = 0; i < whole.length; i++) {
      byte[] flipped = whole.clone();
      flipped[i] ^= (byte) (1 << random.nextInt(8));
      Files.write(newest(), flipped);
      assertThat(load(store)).as("flipped at %d", i).isEqualTo(revision(1));
    }
  }

  /** What disks, file systems and people do to files. */
  private static byte @Nullable [] mutated(byte[] whole, Random random) {
    int at = random.nextInt(whole.length);
    int end = at + random.nextInt(whole.length - at) + 1;
    byte[] changed = whole.clone();
    return switch (random.nextInt(8)) {
      case 0 -> null;
      case 1 -> new byte[0];
      case 2 -> Arrays.copyOf(whole, at);
      case 3 -> Arrays.copyOf(whole, whole.length + 1 + random.nextInt(5_000));
      case 4 -> {
        for (int i = 0; i <= random.nextInt(8); i++) {
          changed[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
        }
        yield changed;
      }
      case 5 -> {
        Arrays.fill(changed, at, end, (byte) 0);
        yield changed;
      }
      case 6 -> {
        random.nextBytes(changed);
        yield changed;
      }
      default -> Arrays.copyOfRange(whole, at, end);
    };
  }

  @Test
  void load_ofTenThousandMutations_isTheFirstGenerationThatIsWhole() throws Exception {
    Map<String, Snapshot> whole = new HashMap<>();
    for (int revision = 1; revision <= 3; revision++) {
      save(store, revision(revision));
      whole.put(Files.readString(newest(), ISO_8859_1), revision(revision));
    }
    List<byte[]> files = new ArrayList<>();
    for (int generation = 0; generation < 3; generation++) {
      files.add(Files.readAllBytes(directory.resolve("snapshot." + generation)));
    }
    byte[][] there = new byte[3][];
    Random random = new Random(11);
    for (int i = 0; i < 10_000; i++) {
      Snapshot expected = null;
      for (int generation = 0; generation < 3; generation++) {
        // Now and then one generation's file is where another's should be.
        byte[] original = files.get(random.nextInt(10) == 0 ? random.nextInt(3) : generation);
        byte[] content = random.nextInt(3) == 0 ? original : mutated(original, random);
        Path file = directory.resolve("snapshot." + generation);
        if (content == null) {
          Files.deleteIfExists(file);
        } else {
          if (!Arrays.equals(content, there[generation])) {
            // Anew: some file systems wait for the disk where a file is written over.
            Files.deleteIfExists(file);
            Files.write(file, content);
          }
          Snapshot found = whole.get(new String(content, ISO_8859_1));
          expected = expected == null ? found : expected;
        }
        there[generation] = content;
      }
      assertThat(load(store)).as("mutation %d", i).isEqualTo(expected);
      warnings.clear();
    }
  }

  @Test
  void save_discardsWhatAnEarlierCrashLeft_butNotWhatAnotherProcessWritesNow() throws Exception {
    Path left = Files.createFile(directory.resolve("snapshot.1.tmp"));
    Path current = Files.createFile(directory.resolve("snapshot.2.tmp"));
    FileTime now = Files.getLastModifiedTime(current);
    Files.setLastModifiedTime(left, FileTime.from(now.toInstant().minus(2, ChronoUnit.HOURS)));

    save(store, revision(1));

    assertThat(left).doesNotExist();
    assertThat(current).exists();
  }

  @Test
  void save_afterACrashBetweenRenames_goesOn() throws Exception {
    save(store, revision(1));
    save(store, revision(2));
    Files.move(newest(), directory.resolve("snapshot.tmp"));

    save(store, revision(3));

    assertThat(load(store)).isEqualTo(revision(3));
  }

  // No process may create files there, whoever it runs as.
  @Test
  @EnabledOnOs(OS.LINUX)
  void save_toAReadOnlyDirectory_warnsOnce() {
    SnapshotStore readOnly = new SnapshotStore(Path.of("/proc"), warnings::add);

    save(readOnly, revision(1));
    save(readOnly, revision(2));

    assertThat(warnings).singleElement().asString().contains("cannot be kept in /proc");
    assertThat(load(readOnly)).isNull();
  }

  @Test
  void save_whereNothingCanBeWritten_warnsOnce() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    SnapshotStore blocked = new SnapshotStore(file.resolve("below"), warnings::add);

    save(blocked, revision(1));
    save(blocked, revision(2));

    assertThat(warnings).hasSize(1);
    warnings.clear();
    assertThat(load(blocked)).isNull();
  }
}
