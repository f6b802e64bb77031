package dev.turnout.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The agent as a host gets it, with all of it at work: a flags file, a control server that is not
 * there, and the metrics' page. So each of its libraries is loaded beside the host's own.
 */
final class HostAgent {
  /** What a half-way flag called checkout gives user-0 to user-99. */
  static final String HALF = "new 48 old 52";

  private HostAgent() {}

  /** The {@code -javaagent} option, for a flag checkout as defined. */
  static String option(Path directory, String definition) throws IOException {
    return option(directory, definition, freePort());
  }

  private static String option(Path directory, String definition, int serverPort)
      throws IOException {
    Path flags = directory.resolve("flags.yaml");
    Files.writeString(flags, "flags:\n  checkout: {" + definition + "}\n");
    Path token = Files.writeString(directory.resolve("agent.token"), "t");
    return "-javaagent:"
        + Built.AGENT
        + "=flags-file="
        + flags
        + ",state-directory="
        + directory.resolve("state")
        + ",metrics-port=0,server=http://127.0.0.1:"
        + serverPort
        + ",token-file="
        + token;
  }

  /** As {@link #option}, with the flag on for about half of the users. */
  static String half(Path directory) throws IOException {
    return option(directory, "percentage: 50");
  }

  /** As {@link #half(Path)}, with a control server at a port of this machine. */
  static String half(Path directory, int serverPort) throws IOException {
    return option(directory, "percentage: 50", serverPort);
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
