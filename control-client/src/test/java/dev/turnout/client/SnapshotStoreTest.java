package dev.turnout.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.client.codec.Samples;
import dev.turnout.flags.Snapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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

  private Path newest() {
    return directory.resolve("snapshot.0");
  }

  @Test
  void load_ofNothing_isNullWithoutAWarning() {
    assertThat(store.load()).isNull();
    assertThat(warnings).isEmpty();
  }

  @Test
  void load_isTheNewest_ofThree() throws Exception {
    for (int i = 1; i <= 5; i++) {
      store.save(revision(i));
    }

    assertThat(store.load()).isEqualTo(revision(5));
    assertThat(Files.list(directory)).hasSize(3);
    Files.delete(newest());
    assertThat(store.load()).isEqualTo(revision(4));
    Files.write(directory.resolve("snapshot.1"), new byte[0]);
    assertThat(store.load()).isEqualTo(revision(3));
    Files.delete(directory.resolve("snapshot.2"));
    assertThat(store.load()).isNull();
  }

  @Test
  void load_cutAtEveryByte_isTheOneBefore() throws Exception {
    store.save(revision(1));
    store.save(revision(2));
    byte[] whole = Files.readAllBytes(newest());
    for (int length = 0; length < whole.length; length++) {
      Files.write(newest(), Arrays.copyOf(whole, length));
      assertThat(store.load()).as("cut at %d", length).isEqualTo(revision(1));
    }
  }

  @Test
  void load_withAnyByteFlipped_isTheOneBefore() throws Exception {
    store.save(revision(1));
    store.save(revision(2));
    byte[] whole = Files.readAllBytes(newest());
    Random random = new Random(7);
    for (int i = 0; i < whole.length; i++) {
      byte[] flipped = whole.clone();
      flipped[i] ^= (byte) (1 << random.nextInt(8));
      Files.write(newest(), flipped);
      assertThat(store.load()).as("flipped at %d", i).isEqualTo(revision(1));
    }
  }

  @Test
  void save_afterACrashBetweenRenames_goesOn() throws Exception {
    store.save(revision(1));
    store.save(revision(2));
    Files.move(newest(), directory.resolve("snapshot.tmp"));

    store.save(revision(3));

    assertThat(store.load()).isEqualTo(revision(3));
  }

  @Test
  void save_whereNothingCanBeWritten_warnsOnce() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    SnapshotStore blocked = new SnapshotStore(file.resolve("below"), warnings::add);

    blocked.save(revision(1));
    blocked.save(revision(2));

    assertThat(warnings).hasSize(1);
    warnings.clear();
    assertThat(blocked.load()).isNull();
  }
}
