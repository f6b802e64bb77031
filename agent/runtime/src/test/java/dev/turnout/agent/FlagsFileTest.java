package dev.turnout.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.turnout.flags.Snapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class FlagsFileTest {
  @TempDir Path directory;
  private Path path;
  private FlagsFile file;

  @BeforeEach
  void open() {
    path = directory.resolve("flags.yaml");
    file = new FlagsFile(path.toFile());
  }

  private @Nullable Snapshot write(String text) throws Exception {
    Files.writeString(path, text);
    return changed();
  }

  private @Nullable Snapshot changed() throws InterruptedException {
    AtomicReference<Snapshot> taken = new AtomicReference<>();
    file.look(taken::set);
    return taken.get();
  }

  @Test
  void whatCouldNotBeTaken_comesAgain() throws Exception {
    Files.writeString(path, "flags: {f: {percentage: 10, killed: true}}");
    assertThatThrownBy(
            () ->
                file.look(
                    snapshot -> {
                      throw new OutOfMemoryError("as if");
                    }))
        .isInstanceOf(OutOfMemoryError.class);
    assertThat(changed()).isNotNull();
    assertThat(changed()).isNull();
  }

  @Test
  void sameLengthAndTime_isSeenAllTheSame() throws Exception {
    assertThat(write("flags: {f: {percentage: 10}}")).isNotNull();
    FileTime time = Files.getLastModifiedTime(path);
    Files.writeString(path, "flags: {f: {percentage: 20}}");
    Files.setLastModifiedTime(path, time);
    assertThat(changed()).isNotNull();
    assertThat(changed()).isNull();
  }

  @Test
  void largeFileOfTheSameLengthAndTime_isSeenSoonAllTheSame() throws Exception {
    String much = "# " + "x".repeat(100_000) + "\n";
    assertThat(write(much + "flags: {f: {percentage: 10}}")).isNotNull();
    FileTime time = Files.getLastModifiedTime(path);
    Files.writeString(path, much + "flags: {f: {percentage: 20}}");
    Files.setLastModifiedTime(path, time);
    int taken = 0;
    for (int look = 0; look < 40; look++) {
      taken += changed() == null ? 0 : 1;
    }
    assertThat(taken).isEqualTo(1);
  }

  @Test
  void largeFile_isReadWhenItsTimeDiffers() throws Exception {
    String much = "# " + "x".repeat(100_000) + "\n";
    assertThat(write(much + "flags: {f: {percentage: 10}}")).isNotNull();
    assertThat(changed()).isNull();
    Files.writeString(path, much + "flags: {f: {percentage: 20}}");
    Files.setLastModifiedTime(path, FileTime.fromMillis(1_000));
    assertThat(changed()).isNotNull();
  }

  @Test
  void problem_isThere_whileItIs() throws Exception {
    assertThat(write("flags: {f: {percentage: 10}}")).isNotNull();
    assertThat(file.problem()).isEmpty();
    Files.delete(path);
    assertThat(changed()).isNull();
    assertThat(file.problem()).startsWith("the flags file cannot be read, what was read last");
    assertThat(write("flags: {f: {percentage: 10}}")).isNull();
    assertThat(file.problem()).isEmpty();
    assertThat(write("flags: {f: {percentage: much}}")).isNull();
    assertThat(changed()).isNull();
    assertThat(file.problem()).startsWith("the flags file is wrong, what was read last stays");
  }

  @Test
  void killInAWrongFile_counts_whoeverMadeTheMistake() throws Exception {
    String wrong = "flags: {f: {percentage: 10%s}, g: {percentage: 101}}";
    Snapshot first = write(wrong.formatted(", killed: true"));
    assertThat(first.flags()).containsOnlyKeys("f");
    assertThat(first.flag("f").stop()).isNotNull();
    assertThat(write(wrong.formatted("0"))).as("what was read last stays").isNull();
    Snapshot right = write("flags: {f: {percentage: 10}, g: {percentage: 20}}");
    assertThat(right.flag("f").stop()).isNull();
    Snapshot second = write(wrong.formatted(", killed: true"));
    assertThat(second.flag("f").stop()).isNotNull();
    assertThat(second.flag("g")).isEqualTo(right.flag("g"));
    assertThat(file.problem()).contains("kills in it count", "line 1");
  }

  @Test
  void sameMistake_isToldAgain_whenTheFileChanges() throws Exception {
    PrintStream before = System.err;
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    System.setErr(new PrintStream(written, true, UTF_8));
    try {
      assertThat(write("flags: {f: {percentage: 101}}")).isNull();
      assertThat(changed()).isNull();
      assertThat(write("flags: {f: {percentage: 101}, g: {}}")).isNull();
      String file = path.toString();
      await()
          .untilAsserted(
              () ->
                  assertThat(written.toString(UTF_8).lines().filter(line -> line.contains(file)))
                      .hasSize(2));
    } finally {
      System.setErr(before);
    }
  }

  @Test
  void tooLarge_lastGoodStays_andTheNextIsRead() throws Exception {
    assertThat(write("flags: {f: {percentage: 10}}")).isNotNull();
    assertThat(write("#".repeat(5 << 20))).isNull();
    assertThat(write("flags: {f: {percentage: 10, killed: true}}")).isNotNull();
  }

  private void rewrite(String text) {
    try {
      Files.writeString(path, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void rewrittenInPlace_isTakenOnceItIsWhole() throws Exception {
    String half = "flags:\n  f: {percentage: 100}\n";
    Deque<String> next = new ArrayDeque<>(List.of(half, half + "  g: {killed: true}\n"));
    file =
        new FlagsFile(
            path.toFile(),
            millis -> {
              if (!next.isEmpty()) {
                rewrite(next.remove());
              }
            });
    assertThat(write("flags: {}")).isNotNull();
    Snapshot taken = write("");
    assertThat(taken).isNotNull();
    assertThat(taken.flags().keySet()).containsExactlyInAnyOrder("f", "g");
    assertThat(changed()).isNull();
  }

  @Test
  void rewrittenAllTheTime_isTakenAllTheSame() throws Exception {
    AtomicInteger pauses = new AtomicInteger();
    file =
        new FlagsFile(
            path.toFile(),
            millis -> rewrite("flags: {f: {percentage: %d}}".formatted(pauses.incrementAndGet())));
    assertThat(write("flags: {}")).isNotNull();
    assertThat(write("flags: {f: {percentage: 0}}")).isNotNull();
    assertThat(pauses).hasValueBetween(2, 20);
  }

  @Test
  @Timeout(value = 10, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void pipe_isNotWaitedFor() throws Exception {
    Process maker = startMkfifo();
    Assumptions.assumeTrue(maker != null, "needs the command mkfifo");
    assertThat(maker.waitFor(Duration.ofSeconds(5).toMillis(), TimeUnit.MILLISECONDS)).isTrue();
    assertThat(changed()).isNull();
  }

  private @Nullable Process startMkfifo() {
    try {
      return new ProcessBuilder("mkfifo", path.toString()).start();
    } catch (IOException e) {
      return null;
    }
  }
}
