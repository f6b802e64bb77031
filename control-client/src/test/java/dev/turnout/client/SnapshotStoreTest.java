package dev.turnout.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.client.codec.Samples;
import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.flags.Snapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
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

  private static void save(SnapshotStore store, Snapshot snapshot) {
    store.save(snapshot, SnapshotCodec.write(snapshot), null);
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

  @Test
  void save_afterACrashBetweenRenames_goesOn() throws Exception {
    save(store, revision(1));
    save(store, revision(2));
    Files.move(newest(), directory.resolve("snapshot.tmp"));

    save(store, revision(3));

    assertThat(load(store)).isEqualTo(revision(3));
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
