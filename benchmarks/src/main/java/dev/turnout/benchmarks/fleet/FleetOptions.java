package dev.turnout.benchmarks.fleet;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a run was asked for.
 *
 * @param scenarios which, in their order
 * @param agents how many streams the largest fleet has
 * @param kills how often a flag is stopped, for each fleet
 * @param crashes how often the server is killed
 * @param flags how many flags agents get
 * @param seconds how long requests are sent, for each kind
 * @param compressed whether simulated agents ask for compressed streams
 * @param jdk of the server
 */
record FleetOptions(
    List<Scenario> scenarios,
    int agents,
    int kills,
    int crashes,
    int flags,
    int seconds,
    boolean compressed,
    Path jdk,
    Format format) {

  static final String HELP =
      """
      Usage: benchmarks/fleet [OPTION]... [SCENARIO]...
        How the control server bears a fleet. Starts it as it is shipped, in a JVM of its own with
        512 MB of heap, on loopback; simulates agents' streams over real sockets from this JVM; and
        prints what was measured, and whether its limit was held. Progress is on stderr.

      Scenarios (default: all)
        kill       from the answer to a kill until the last agent has it: of 1,000 streams and 20
                   agents with their own client that route to the fallback, then of all streams
        reconnect  the server is killed and started again; then stopped in order and started again
        edits      PUTs at 50 a second, acknowledged and durable
        evaluate   POST /feature-flags/evaluate with 500 flags
        crash      kill -9 at random points while edits are made

      Options
        --agents N      streams of the large fleet, 1 to 20000; default 10000
        --kills N       kills for each fleet, 1 to 10000; default 100
        --crashes N     1 to 1000; default 20, of some 5 seconds each
        --flags N       flags that agents get, 1 to 5000; default 100
        --seconds N     for edits and evaluate, 1 to 600; default 20
        --uncompressed  simulated agents do not ask for compressed streams
        --jdk HOME      the JDK of the server; default: the one this runs on
        --json          every figure for scripts
        --markdown      tables for a page
        --help          this

      Takes about 5 minutes. Exit codes: 0 all limits held, 1 one was not or something failed, 2
      wrong usage or too low limits of the system; for as many streams both JVMs need as many open
      files (ulimit -n) and this machine as many free ports.""";

  /** How to print. */
  enum Format {
    TEXT,
    JSON,
    MARKDOWN
  }

  /** What can be asked for. */
  enum Scenario {
    KILL,
    RECONNECT,
    EDITS,
    EVALUATE,
    CRASH
  }

  /** Wrong usage; the message says what would be right. */
  static final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
      super(message);
    }
  }

  static FleetOptions of(String[] arguments) throws UsageException {
    List<Scenario> scenarios = new ArrayList<>();
    int agents = 10_000;
    int kills = 100;
    int crashes = 20;
    int flags = 100;
    int seconds = 20;
    boolean compressed = true;
    Path jdk = Path.of(System.getProperty("java.home"));
    Format format = Format.TEXT;
    for (int i = 0; i < arguments.length; i++) {
      String argument = arguments[i];
      switch (argument) {
        case "--agents" -> agents = number(arguments, ++i, 20_000);
        case "--kills" -> kills = number(arguments, ++i, 10_000);
        case "--crashes" -> crashes = number(arguments, ++i, 1_000);
        case "--flags" -> flags = number(arguments, ++i, 5_000);
        case "--seconds" -> seconds = number(arguments, ++i, 600);
        case "--uncompressed" -> compressed = false;
        case "--jdk" -> jdk = jdk(value(arguments, ++i));
        case "--json" -> format = Format.JSON;
        case "--markdown" -> format = Format.MARKDOWN;
        default -> scenarios.add(scenario(argument));
      }
    }
    return new FleetOptions(
        scenarios.isEmpty() ? List.of(Scenario.values()) : List.copyOf(scenarios),
        agents,
        kills,
        crashes,
        flags,
        seconds,
        compressed,
        jdk,
        format);
  }

  private static String value(String[] arguments, int at) throws UsageException {
    if (at == arguments.length) {
      throw new UsageException(arguments[at - 1] + " needs a value");
    }
    return arguments[at];
  }

  private static int number(String[] arguments, int at, int most) throws UsageException {
    String value = value(arguments, at);
    if (!value.matches("[0-9]{1,9}")
        || Integer.parseInt(value) < 1
        || Integer.parseInt(value) > most) {
      throw new UsageException(
          "%s must be a number from 1 to %d, not %s".formatted(arguments[at - 1], most, value));
    }
    return Integer.parseInt(value);
  }

  private static Path jdk(String value) throws UsageException {
    Path jdk = Path.of(value);
    if (!Files.isExecutable(jdk.resolve("bin/java"))) {
      throw new UsageException("--jdk must be a folder with bin/java, not " + value);
    }
    return jdk;
  }

  private static Scenario scenario(String name) throws UsageException {
    for (Scenario scenario : Scenario.values()) {
      if (scenario.name().toLowerCase(Locale.ROOT).equals(name)) {
        return scenario;
      }
    }
    throw new UsageException(
        name + " is neither an option nor kill, reconnect, edits, evaluate or crash");
  }
}
