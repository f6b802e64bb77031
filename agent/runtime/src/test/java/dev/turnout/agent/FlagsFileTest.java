package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnout.flags.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
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

  private @Nullable Snapshot write(String text) throws IOException {
    Files.writeString(path, text);
    return changed();
  }

  private @Nullable Snapshot changed() {
    AtomicReference<Snapshot> taken = new AtomicReference<>();
    file.look(taken::set);
    return taken.get();
  }

  @Test
  void whatCouldNotBeTaken_comesAgain() throws IOException {
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
  void sameLengthAndTime_isSeenAllTheSame() throws IOException {
    assertThat(write("flags: {f: {percentage: 10}}")).isNotNull();
    FileTime time = Files.getLastModifiedTime(path);
    Files.writeString(path, "flags: {f: {percentage: 20}}");
    Files.setLastModifiedTime(path, time);
    assertThat(changed()).isNotNull();
    assertThat(changed()).isNull();
  }

  @Test
  void largeFile_isReadWhenItsTimeDiffers() throws IOException {
    String much = "# " + "x".repeat(100_000) + "\n";
    assertThat(write(much + "flags: {f: {percentage: 10}}")).isNotNull();
    assertThat(changed()).isNull();
    Files.writeString(path, much + "flags: {f: {percentage: 20}}");
    Files.setLastModifiedTime(path, FileTime.fromMillis(1_000));
    assertThat(changed()).isNotNull();
  }

  @Test
  void problem_isThere_whileItIs() throws IOException {
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
  void tooLarge_lastGoodStays_andTheNextIsRead() throws IOException {
    assertThat(write("flags: {f: {percentage: 10}}")).isNotNull();
    assertThat(write("#".repeat(5 << 20))).isNull();
    assertThat(write("flags: {f: {percentage: 10, killed: true}}")).isNotNull();
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
