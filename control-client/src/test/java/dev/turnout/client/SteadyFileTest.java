package dev.turnout.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class SteadyFileTest {
  @TempDir Path directory;
  private Path path;
  private SteadyFile file;

  @BeforeEach
  void create() {
    path = directory.resolve("file");
    file = new SteadyFile(path, 100);
  }

  private String read() throws IOException {
    return new String(file.read(), UTF_8);
  }

  @Test
  void content_isReadAnew_andSoIsThatThereIsNone() throws IOException {
    Files.writeString(path, "one");
    assertThat(read()).isEqualTo("one");
    Files.writeString(path, "two");
    assertThat(read()).isEqualTo("two");
    Files.delete(path);
    assertThatThrownBy(this::read).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void tooLarge_isRefused() throws IOException {
    Files.writeString(path, "x".repeat(101));
    assertThatThrownBy(this::read).hasMessage(path + " is larger than 100 bytes");
  }

  // Whoever opens a pipe waits for somebody to write to it, as for a disk that hangs.
  @Test
  @Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void diskThatHangs_isWaitedForOnce_andWhatWasReadLastCounts() throws Exception {
    Files.writeString(path, "before");
    assertThat(read()).isEqualTo("before");
    Files.delete(path);
    assumeTrue(makePipe(), "needs the command mkfifo");
    assertThat(read()).isEqualTo("before");
    long begun = System.nanoTime();
    for (int i = 0; i < 100; i++) {
      assertThat(read()).isEqualTo("before");
    }
    assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(2));
    // The disk is back: the read that hung ends, and with it what it read.
    Files.writeString(path, "after");
    while (!read().equals("after")) {
      Thread.sleep(10);
    }
  }

  @Test
  @Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void neverReadInTime_isSaid() throws Exception {
    assumeTrue(makePipe(), "needs the command mkfifo");
    assertThatThrownBy(this::read).hasMessage(path + " takes longer than 2 s to read");
    Files.writeString(path, "");
  }

  private boolean makePipe() throws InterruptedException {
    try {
      return new ProcessBuilder("mkfifo", path.toString()).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
