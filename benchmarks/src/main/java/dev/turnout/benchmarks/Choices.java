package dev.turnout.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a run was asked for.
 *
 * @param jdks where the measured JVMs come from, one after the other
 * @param threads callers at once, one after the other
 * @param rounds how often each benchmark gets a JVM of its own
 * @param quick whether a first look will do
 * @param processorTime whether time is taken by the processor and not by the clock
 * @param format how the result is told
 */
record Choices(
    List<Path> jdks,
    List<Integer> threads,
    int rounds,
    boolean quick,
    boolean processorTime,
    Format format) {
  static final String OPTIONS =
      """
          --quick     one short round, for a first look only
          --rounds N  JVMs for each call, 1 to 99; default 3
          --jdk HOME  the JDK to measure on, repeatable; default: the one this runs on
          --threads N[,N]
                      callers at once, 1 to 64; default 1,2
          --processor-time
                      measures by the time that calls had a processor, and not by the clock: for
                      a machine that others use too; changes of flags are by the clock all the same
          --markdown  the tables as docs/performance.md has them
          --json      for scripts: every figure, in nanoseconds and bytes for each call""";

  private static final String THREADS = "([1-9]|[1-5][0-9]|6[0-4])";

  enum Format {
    TEXT,
    MARKDOWN,
    JSON
  }

  /** Reads the arguments; ends the program, with exit code 2, if they are wrong. */
  static Choices of(String[] arguments, String help) {
    try {
      return parse(List.of(arguments));
    } catch (IllegalArgumentException e) {
      String problem = e.getMessage();
      boolean asked = problem == null;
      (asked ? System.out : System.err).println(asked ? help : problem + "\n" + help);
      System.exit(asked ? 0 : 2);
      throw e;
    }
  }

  private static Choices parse(List<String> arguments) {
    List<Path> jdks = new ArrayList<>();
    List<Integer> threads = List.of(1, 2);
    int rounds = 0;
    boolean quick = false;
    boolean processorTime = false;
    Format format = Format.TEXT;
    for (int i = 0; i < arguments.size(); i++) {
      String option = arguments.get(i);
      switch (option) {
        case "--help", "-h" -> throw new IllegalArgumentException();
        case "--quick" -> quick = true;
        case "--processor-time" -> processorTime = true;
        case "--markdown" -> format = Format.MARKDOWN;
        case "--json" -> format = Format.JSON;
        case "--jdk" -> jdks.add(jdk(value(arguments, ++i)));
        case "--threads" -> {
          String value = value(arguments, ++i);
          check(value.matches(THREADS + "(," + THREADS + ")*"), "--threads", value);
          threads = Stream.of(value.split(",", -1)).map(Integer::valueOf).toList();
        }
        case "--rounds" -> {
          String value = value(arguments, ++i);
          check(value.matches("[1-9][0-9]?"), "--rounds", value);
          rounds = Integer.parseInt(value);
        }
        default -> throw new IllegalArgumentException("there is no option " + option);
      }
    }
    if (jdks.isEmpty()) {
      jdks.add(Path.of(System.getProperty("java.home")));
    }
    return new Choices(
        jdks, threads, rounds > 0 ? rounds : quick ? 1 : 3, quick, processorTime, format);
  }

  /** How time was taken, for a title. */
  String clock() {
    return processorTime ? "processor time" : "by the clock";
  }

  private static String value(List<String> arguments, int index) {
    return index < arguments.size() ? arguments.get(index) : "";
  }

  private static Path jdk(String home) {
    check(Files.isExecutable(Path.of(home, "bin", "java")), "a JDK's home", home);
    return Path.of(home);
  }

  private static void check(boolean right, String what, String value) {
    if (!right) {
      throw new IllegalArgumentException("\"" + value + "\" is no good as " + what);
    }
  }
}
