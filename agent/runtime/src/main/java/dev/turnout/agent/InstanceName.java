package dev.turnout.agent;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** What a JVM is called that nobody has named: by its service, host and process id. */
final class InstanceName {
  private static final int LONGEST_HOST = 63;

  private InstanceName() {}

  /**
   * Makes the name.
   *
   * @param longest how many characters it may have; the end is kept, which tells most
   */
  static String of(String service, int longest) {
    String host = hostName();
    String made = service + "-" + (host.isEmpty() ? "" : host + "-") + processId();
    return made.substring(Math.max(0, made.length() - longest));
  }

  // In containers every JVM may be process 1. From where no network is asked.
  private static String hostName() {
    String name = System.getenv("HOSTNAME");
    if (name == null || name.isBlank()) {
      name = System.getenv("COMPUTERNAME");
    }
    if (name == null || name.isBlank()) {
      try (InputStream in = new FileInputStream("/proc/sys/kernel/hostname")) {
        name = new String(in.readNBytes(LONGEST_HOST), StandardCharsets.US_ASCII);
      } catch (IOException e) {
        name = "";
      }
    }
    String plain = name.strip().replaceAll("[^a-zA-Z0-9._-]", "-");
    return plain.substring(0, Math.min(LONGEST_HOST, plain.length()));
  }

  // The JDK makes ready to wait for child processes before it tells who this one is, and that takes
  // as long as to gate a class.
  private static String processId() {
    String own;
    try {
      own = new File("/proc/self").getCanonicalFile().getName();
    } catch (IOException e) {
      own = "told by the JDK alone";
    }
    return own.matches("[0-9]+") ? own : Long.toString(ProcessHandle.current().pid());
  }
}
