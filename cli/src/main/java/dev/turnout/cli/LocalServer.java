package dev.turnout.cli;

import dev.turnout.flags.InvalidFlagException;
import dev.turnout.server.ControlServer;
import dev.turnout.server.StartException;
import java.nio.file.Path;

/** Starts the control server in this process; every reason why it does not is one line. */
final class LocalServer {
  private LocalServer() {}

  static ControlServer start(String host, int port, Path data, String env) {
    try {
      return ControlServer.start(new ControlServer.Settings(host, port, data, env));
    } catch (InvalidFlagException e) {
      throw new CommandFailure(ExitCode.USAGE, "--" + e.getMessage());
    } catch (StartException e) {
      throw new CommandFailure(
          ExitCode.REFUSED, "the control server does not start: " + e.getMessage());
    }
  }
}
