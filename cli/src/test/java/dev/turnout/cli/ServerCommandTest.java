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

  private CommandRun server(String... options) {
    return CommandRun.in(directory, CommandRun.words("server", options));
  }

  @Test
  void port_inUse() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = Integer.toString(socket.getLocalPort());
      server("--port", port)
          .assertFails(ExitCode.REFUSED, "cannot listen on port " + port + " of 127.0.0.1");
    }
  }

  @Test
  void data_isAFile() throws IOException {
    Files.writeString(directory.resolve("file"), "");
    server("--port", "0", "--data", "file").assertFails(ExitCode.REFUSED, "is a file");
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
      server("--port", "0")
          .assertFails(ExitCode.REFUSED, "another control server is running on it");
    }
  }

  @Test
  void options_thatMakeNoSense_areWrongUsage() {
    server("--port", "99999").assertFails(ExitCode.USAGE, "--port: must be 0 to 65535, not 99999");
    server("--tls-cert", "c").assertFails(ExitCode.USAGE, "--tls-cert and --tls-key go together");
    server("--tls-client-ca", "c").assertFails(ExitCode.USAGE, "--tls-client-ca needs both");
    server("--env", "a b").assertFails(ExitCode.USAGE, "--env: must be 1 to 128 characters");
  }

  @Test
  void database_thatIsNotThere() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String url = "jdbc:postgresql://127.0.0.1:" + socket.getLocalPort() + "/turnout";
      socket.close();
      server("--port", "0", "--database-url", url + "?password=hidden")
          .assertFails(ExitCode.REFUSED, "the database " + url + " cannot be used: ");
    }
  }

  @Test
  void databaseOptions_thatMakeNoSense_areWrongUsage() {
    server("--database-url", "jdbc:sqlite:x.db")
        .assertFails(
            ExitCode.USAGE, "--database-url: must be like jdbc:postgresql://HOST:5432/DATABASE");
    server("--database-user", "ann")
        .assertFails(
            ExitCode.USAGE, "--database-url: must be given with a database's user or password");
    server(
            "--database-url",
            "jdbc:postgresql://127.0.0.1/turnout",
            "--database-password-file",
            "nosuch")
        .assertFails(
            ExitCode.USAGE, "--database-password-file: cannot be read: NoSuchFileException");
  }

  @Test
  void help_listsExitCodes() {
    assertThat(server("--help").out()).contains("Exit codes:", "could not start; it says why");
  }
}
