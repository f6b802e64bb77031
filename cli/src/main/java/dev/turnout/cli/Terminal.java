package dev.turnout.cli;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command knows of the world around it.
 *
 * @param environment the environment variables
 * @param directory what relative paths are relative to
 * @param home the person's home directory
 */
record Terminal(
    PrintWriter out, PrintWriter err, Map<String, String> environment, Path directory, Path home) {

  static Terminal system() {
    // Since Java 18 the default charset is UTF-8 whatever the terminal's is.
    Charset charset =
        Charset.forName(
            System.getProperty("stdout.encoding", System.getProperty("native.encoding", "UTF-8")));
    return new Terminal(
        new PrintWriter(System.out, true, charset),
        new PrintWriter(System.err, true, charset),
        System.getenv(),
        Path.of(""),
        homeOf(System.getenv()));
  }

  // The variable first: Java looks the home up by the user's id, which a container may not know.
  static Path homeOf(Map<String, String> environment) {
    String home = environment.get("HOME");
    return Path.of(home == null || home.isBlank() ? System.getProperty("user.home", ".") : home);
  }
}
