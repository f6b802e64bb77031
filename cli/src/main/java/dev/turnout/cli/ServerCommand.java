package dev.turnout.cli;

import dev.turnout.server.ControlServer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code turnout server}. */
@Command(
    name = "server",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "[COMMAND]",
    description = "Starts the control server; it runs until it is interrupted or terminated.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:ended when it was told to",
      "1:could not start; it says why",
      "2:wrong usage",
    })
final class ServerCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      description = "The address to listen on (${DEFAULT-VALUE}).")
  private String host = "";

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8640",
      description = "The port to listen on, 0 for a free one (${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--data",
      paramLabel = "DIRECTORY",
      defaultValue = "turnout-data",
      description =
          "Where flags, audit trail and token files are kept, or with --database-url what the"
              + " server keeps for itself (${DEFAULT-VALUE}).")
  private Path data = Path.of("");

  @Option(
      names = "--env",
      paramLabel = "NAME",
      defaultValue = "default",
      description = "The environment whose flags these are (${DEFAULT-VALUE}).")
  private String env = "";

  @Mixin private ServerDatabase database = new ServerDatabase();

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description = {
        "The server's certificate, PEM, with those that lead to its authority's; https then.",
        "Read again when it or the key changes, without ending connections."
      })
  private @Nullable Path certificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "The private key of the certificate, PEM, PKCS#8 without a password.")
  private @Nullable Path key;

  @Option(
      names = "--tls-client-ca",
      paramLabel = "FILE",
      description =
          "Agents need a certificate that one of these, PEM, vouches for. People and their tools"
              + " need none.")
  private @Nullable Path clientAuthority;

  @Option(
      names = "--signing-key",
      paramLabel = "FILE",
      description =
          "The key that snapshots are signed with, as 'turnout key create' makes it; replicas share"
              + " one. Without it signing.key and signing-next.key of the data directory, made if"
              + " absent.")
  private @Nullable Path signingKey;

  @Option(
      names = "--next-signing-key",
      paramLabel = "FILE",
      description = "The key to follow it, for agents to pin in time; nothing is signed with it.")
  private @Nullable Path nextSigningKey;

  ServerCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Exception {
    Path directory = terminal.directory().resolve(data);
    ControlServer server =
        LocalServer.start(
            host, port, directory, env, database.from(terminal.directory()), secrets());
    // AutoCloseable here and below: picocli looks at the methods of every command, and a
    // ControlServer in their signatures would load it for commands that need none.
    AutoCloseable running = server;
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> stop(running, ended), "turnout-server-stop"));
    PrintWriter out = terminal.out();
    out.println("control server at " + server.url());
    out.println("tokens in " + directory.toAbsolutePath().normalize());
    out.flush();
    ended.await();
    return ExitCode.DONE;
  }

  private ServerSecrets secrets() {
    return new ServerSecrets(
        resolved(signingKey),
        resolved(nextSigningKey),
        resolved(certificate),
        resolved(key),
        resolved(clientAuthority));
  }

  private @Nullable Path resolved(@Nullable Path file) {
    return file == null ? null : terminal.directory().resolve(file);
  }

  /** Closes the server inside the JVM's shutdown: after it, no more code of ours would run. */
  private void stop(AutoCloseable server, CountDownLatch ended) {
    try {
      server.close();
    } catch (Exception e) {
      terminal.err().println("turnout: the server did not stop cleanly: " + e.getMessage());
    } finally {
      ended.countDown();
    }
  }
}
