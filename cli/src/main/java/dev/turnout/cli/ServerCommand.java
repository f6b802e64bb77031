package dev.turnout.cli;

import dev.turnout.server.ControlServer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code turnout server}. */
@Command(
    name = "server",
    mixinStandardHelpOptions = true,
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

  ServerCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Exception {
    Path directory = terminal.directory().resolve(data);
    ControlServer server =
        LocalServer.start(host, port, directory, env, database.from(terminal.directory()));
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
