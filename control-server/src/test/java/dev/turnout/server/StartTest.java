package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnout.flags.InvalidFlagException;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that cannot start says why in one line, and leaves nothing behind. */
final class StartTest {
  @TempDir Path data;

  private static ControlServer start(String host, int port, Path data) throws StartException {
    return ControlServer.start(new ControlServer.Settings(host, port, data, "default"));
  }

  private void assertFails(String host, int port, Path folder, String message) {
    assertThatExceptionOfType(StartException.class)
        .isThrownBy(() -> start(host, port, folder).close())
        .satisfies(
            e -> assertThat(e.getMessage()).contains(message).doesNotContain("\n", "Exception"));
  }

  @Test
  void start_onAPortInUse() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertFails(
          "127.0.0.1",
          socket.getLocalPort(),
          data,
          "cannot listen on port "
              + socket.getLocalPort()
              + " of 127.0.0.1: Address already in use");
    }
    start("127.0.0.1", 0, data).close();
  }

  @Test
  void start_onAHostThatIsNotThere() {
    assertFails("nosuch.invalid", 0, data, "no host is called nosuch.invalid");
  }

  @Test
  void start_inAFile() throws Exception {
    Path file = Files.writeString(data.resolve("file"), "");
    assertFails("127.0.0.1", 0, file, "the data directory " + file + " is a file");
    assertFails("127.0.0.1", 0, file.resolve("data"), "cannot be used: ");
  }

  @Test
  void start_withADatabaseThatIsNone() throws Exception {
    Files.writeString(data.resolve("turnout.db"), "no database at all ".repeat(1000));
    assertFails("127.0.0.1", 0, data, "turnout.db cannot be used: ");
  }

  @Test
  void settings_areChecked() {
    assertThatExceptionOfType(InvalidFlagException.class)
        .isThrownBy(() -> start("127.0.0.1", 99_999, data))
        .withMessage("port: must be 0 to 65535, not 99999");
  }

  @Test
  void start_ofASecondServer_isRefused() throws Exception {
    try (ControlServer first = start("127.0.0.1", 0, data)) {
      assertThat(first.port()).isPositive();
      assertFails("127.0.0.1", 0, data, "another control server is running on it");
    }
    start("127.0.0.1", 0, data).close();
  }

  @Test
  void start_whileAnotherProcessHasTheDirectory_isRefused() throws Exception {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Other.class.getName(),
                data.resolve("server.lock").toString())
            .start();
    try (BufferedReader lines = other.inputReader(StandardCharsets.UTF_8)) {
      assertThat(lines.readLine()).isEqualTo("locked");
      assertFails("127.0.0.1", 0, data, "another control server is running on it");
      // However it ends, the directory is free again.
      other.destroyForcibly().waitFor();
      start("127.0.0.1", 0, data).close();
    } finally {
      other.destroyForcibly();
    }
  }

  /** Another process that holds the lock for as long as it lives. */
  static final class Other {
    private Other() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
      try (FileChannel channel =
          FileChannel.open(
              Path.of(arguments[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        System.out.println(channel.tryLock() == null ? "not locked" : "locked");
        Thread.sleep(60_000);
      }
    }
  }
}
