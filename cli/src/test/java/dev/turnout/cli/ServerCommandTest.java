package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person sees of a server that does not start. */
final class ServerCommandTest {
  @TempDir Path directory;

  private void assertFails(int exitCode, String message, String... options) {
    String[] words = new String[options.length + 1];
    words[0] = "server";
    System.arraycopy(options, 0, words, 1, options.length);
    CommandRun run = CommandRun.in(directory, words);
    assertThat(run.exitCode()).isEqualTo(exitCode);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("turnout: ").contains(message);
    assertThat(run.err().lines()).hasSize(1);
  }

  @Test
  void port_inUse() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = Integer.toString(socket.getLocalPort());
      assertFails(
          ExitCode.REFUSED, "cannot listen on port " + port + " of 127.0.0.1", "--port", port);
    }
  }

  @Test
  void data_isAFile() throws IOException {
    Files.writeString(directory.resolve("file"), "");
    assertFails(ExitCode.REFUSED, "is a file", "--port", "0", "--data", "file");
  }

  @Test
  void data_isInUse() throws Exception {
    try (AutoCloseable running =
        LocalServer.start(
            "127.0.0.1",
            0,
            directory.resolve("turnout-data"),
            "default",
            new ServerDatabase(),
            ServerSecrets.OWN)) {
      assertFails(ExitCode.REFUSED, "another control server is running on it", "--port", "0");
    }
  }

  @Test
  void options_thatMakeNoSense_areWrongUsage() {
    assertFails(ExitCode.USAGE, "--port: must be 0 to 65535, not 99999", "--port", "99999");
    assertFails(ExitCode.USAGE, "--tls-cert and --tls-key go together", "--tls-cert", "c");
    assertFails(ExitCode.USAGE, "--tls-client-ca needs both", "--tls-client-ca", "c");
    assertFails(ExitCode.USAGE, "--env: must be 1 to 128 characters", "--env", "a b");
  }

  @Test
  void database_thatIsNotThere() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String url = "jdbc:postgresql://127.0.0.1:" + socket.getLocalPort() + "/turnout";
      socket.close();
      assertFails(
          ExitCode.REFUSED,
          "the database " + url + " cannot be used: ",
          "--port",
          "0",
          "--database-url",
          url + "?password=hidden");
    }
  }

  @Test
  void databaseOptions_thatMakeNoSense_areWrongUsage() {
    assertFails(
        ExitCode.USAGE,
        "--database-url: must be like jdbc:postgresql://HOST:5432/DATABASE",
        "--database-url",
        "jdbc:sqlite:x.db");
    assertFails(
        ExitCode.USAGE,
        "--database-url: must be given with a database's user or password",
        "--database-user",
        "ann");
    assertFails(
        ExitCode.USAGE,
        "--database-password-file: cannot be read: NoSuchFileException",
        "--database-url",
        "jdbc:postgresql://127.0.0.1/turnout",
        "--database-password-file",
        "nosuch");
  }

  @Test
  void help_listsExitCodes() {
    assertThat(CommandRun.in(directory, "server", "--help").out())
        .contains("Exit codes:", "could not start; it says why");
  }
}
