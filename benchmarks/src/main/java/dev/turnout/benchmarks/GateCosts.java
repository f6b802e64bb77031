package dev.turnout.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.openjdk.jmh.runner.RunnerException;

/**
 * What a gated call costs beyond the direct call of the same method: {@link GateCost} under the
 * packed agent, {@link HashCost} and {@link FirstCalls}.
 */
public final class GateCosts {
  private static final String HELP =
      """
      Usage: benchmarks/gate [OPTION]...
        What one gated call costs beyond the direct call of the same method, and whether that is
        within its limit. Medians over rounds; "of rounds" is the least and the greatest
        difference of any. Takes about 9 minutes for each JDK, with --quick 2.
      """
          + Choices.OPTIONS.indent(4).stripTrailing();

  private static final int WARM_UPS = 5;

  private static final List<Row> CALLS =
      List.of(
          new Row("0 %, routing only", "zero", "direct", Limit.ratio(1.05)),
          new Row("100 %, routing only", "full", "direct", Limit.ratio(1.05)),
          new Row("100 %, exact counts", "fullCounted", "direct", Limit.nanos(2)),
          new Row(
              "100 %, exact counts and sampled latency", "fullSampled", "direct", Limit.nanos(5)),
          new Row("100 %, every call timed", "fullTimed", "direct", Limit.nanos(55)),
          new Row("direct, the clock read around it", "directTimed", "direct", Limit.NONE),
          new Row("the clock read twice, alone", "clockTwice", "", Limit.NONE),
          new Row("50 % by key, users in a cycle", "splitCycle", "directCycle", Limit.nanos(10)),
          new Row("50 % by key, users at random", "splitRandom", "directRandom", Limit.nanos(20)),
          new Row(
              "key from `FlagContext`, beside a key parameter",
              "splitContext",
              "splitSame",
              Limit.nanos(4)),
          new Row(
              "rings and allow-list of 10,000, users in a cycle",
              "ringsCycle",
              "directCycle",
              Limit.nanos(40)),
          new Row(
              "rings and allow-list of 10,000, users at random",
              "ringsRandom",
              "directRandom",
              Limit.nanos(40)),
          new Row(
              "failing call, beside one without agent",
              "failing",
              "directFailing",
              Limit.ratio(1.15)));

  private static final List<Row> HASHES =
      List.of(
          new Row("hash of 8 characters, ASCII", "bucket ASCII_8", "", Limit.nanos(7)),
          new Row("hash of 11 characters, ASCII", "bucket ASCII_11", "", Limit.NONE),
          new Row("hash of 22 characters, ASCII", "bucket ASCII_22", "", Limit.nanos(19)),
          new Row("hash of 36 characters, ASCII", "bucket ASCII_36", "", Limit.nanos(24)),
          new Row("hash of 8, one beyond ASCII", "bucket LATIN_8", "", Limit.nanos(14)),
          new Row("hash of 8, Cyrillic", "bucket CYRILLIC_8", "", Limit.nanos(14)),
          new Row("hash of 8, Cyrillic and ASCII", "bucket MIXED_8", "", Limit.nanos(14)),
          new Row("hash of 8, Chinese", "bucket CHINESE_8", "", Limit.nanos(14)),
          new Row("hash of 22, one beyond ASCII", "bucket LATIN_22", "", Limit.nanos(38)),
          new Row("hash of 22, Cyrillic", "bucket CYRILLIC_22", "", Limit.nanos(38)),
          new Row("hash of 22, Cyrillic and ASCII", "bucket MIXED_22", "", Limit.nanos(38)),
          new Row("hash of 22, Chinese", "bucket CHINESE_22", "", Limit.nanos(38)),
          new Row("hash of 36, one beyond ASCII", "bucket LATIN_36", "", Limit.nanos(48)),
          new Row("hash of 36, Cyrillic", "bucket CYRILLIC_36", "", Limit.nanos(48)),
          new Row("hash of 36, Cyrillic and ASCII", "bucket MIXED_36", "", Limit.nanos(48)),
          new Row("hash of 36, Chinese", "bucket CHINESE_36", "", Limit.nanos(48)));

  private GateCosts() {}

  /** Runs the benchmark; exit code 2 for wrong arguments. */
  public static void main(String[] arguments)
      throws IOException, InterruptedException, RunnerException {
    Choices choices = Choices.of(arguments, HELP);
    Jvms jvms = new Jvms();
    List<Telling.Part> parts = new ArrayList<>();
    for (Path jdk : choices.jdks()) {
      for (int threads : choices.threads()) {
        parts.add(measure(choices, jvms, jdk, threads));
      }
    }
    Telling.tell(parts, choices.format());
  }

  private static Telling.Part measure(Choices choices, Jvms jvms, Path jdk, int threads)
      throws IOException, InterruptedException, RunnerException {
    // One caller tells what needs no second: the hash, and the calls after a change.
    boolean alone = threads == 1;
    String gates = GateCost.class.getName();
    List<Rounds.Part> benchmarks = new ArrayList<>();
    benchmarks.add(new Rounds.Part(gates + "\\.(?!directFailing)", jvms.withAgent(), WARM_UPS));
    benchmarks.add(new Rounds.Part(gates + "\\.directFailing", jvms.withoutAgent(), WARM_UPS));
    if (alone) {
      benchmarks.add(
          new Rounds.Part(HashCost.class.getName() + "\\.", jvms.openAsByTheAgent(), WARM_UPS));
    }
    Rounds rounds = new Rounds(choices, jdk, threads, jvms.directory().resolve("jmh.log"));
    Map<String, Figures> measured = new HashMap<>(rounds.run(benchmarks));
    List<Row> rows = new ArrayList<>(CALLS);
    if (alone) {
      FirstCalls first = new FirstCalls(choices, jvms, jdk);
      measured.putAll(first.run());
      rows = Stream.of(CALLS, FirstCalls.ROWS, HASHES).flatMap(List::stream).toList();
    }
    List<Row.Line> lines = rows.stream().map(row -> row.line(measured)).toList();
    String title = "JDK %s, %d thread(s), %s".formatted(rounds.version(), threads, choices.clock());
    List<List<String>> cells = new ArrayList<>(List.of(Row.HEADER));
    lines.forEach(line -> cells.add(line.cells()));
    return new Telling.Part(title, lines, new Table(title, cells));
  }
}
