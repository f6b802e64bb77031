package dev.turnout.benchmarks.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Whether the operating system lets a process have as many sockets as a fleet takes. */
final class SystemLimits {
  // Jars, the database, requests, and ports that are not yet free again.
  private static final int SPARE = 1_000;

  private SystemLimits() {}

  /** Returns what is too low, and what to do; null if nothing is known to be. */
  static @Nullable String problem(int agents) throws IOException {
    int needed = agents + SPARE;
    Path limits = Path.of("/proc/self/limits");
    if (Files.exists(limits)) {
      for (String line : Files.readAllLines(limits)) {
        // The JVM has raised the soft limit to the hard one by now.
        if (line.startsWith("Max open files")) {
          String soft = line.substring("Max open files".length()).strip().split("\\s+", -1)[0];
          if (soft.matches("[0-9]{1,9}") && Integer.parseInt(soft) < needed) {
            return "%d streams need %d open files, and only %s are allowed; run ulimit -n %d"
                .formatted(agents, needed, soft, needed);
          }
        }
      }
    }
    Path range = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    String ends = Files.exists(range) ? Files.readString(range).strip() : "";
    if (ends.matches("[0-9]{1,5}\\s+[0-9]{1,5}")) {
      String[] each = ends.split("\\s+", -1);
      int ports = Integer.parseInt(each[1]) - Integer.parseInt(each[0]) + 1;
      if (ports < needed) {
        return "%d streams need %d ports, and net.ipv4.ip_local_port_range has %d"
            .formatted(agents, needed, ports);
      }
    }
    return null;
  }
}
