package dev.turnout.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs {@link GateCost} under the packed agent, once for each way of measuring, and prints what a
 * gate adds to the direct call of the same run.
 */
public final class GateCosts {
  private static final String HELP =
      """
      Usage: benchmarks/gate [--quick] [--jdk HOME]... [--threads N] [--measure M[,M]]
        What one gated call costs beyond the direct call of the same method, as a Markdown
        table. Takes about 6 minutes for each JDK and way of measuring.
          --quick     short runs, for a first look only
          --jdk       the JDK to measure on, repeatable; default: the one this runs on
          --threads   callers at once, 1 to 64; default 1
          --measure   off, counts, sampled, every; default off,counts,sampled,every""";

  private static final Map<String, String> BASELINES =
      Map.of(
          "zeroPercent", "direct",
          "fullPercent", "direct",
          "splitContext", "direct",
          "splitCycle", "directKeyCycle",
          "splitRandom", "directKeyRandom",
          "ringsRandom", "directKeyRandom",
          "fullFailing", "directFailing");

  private boolean quick;
  private int threads = 1;
  private final List<String> jdks = new ArrayList<>();
  private List<String> measures = List.of("off", "counts", "sampled", "every");

  private GateCosts() {}

  /** Runs the benchmark; exit code 2 for wrong arguments. */
  public static void main(String[] arguments) throws IOException, RunnerException {
    GateCosts costs = new GateCosts();
    String problem = costs.parse(List.of(arguments));
    if (problem != null) {
      boolean help = problem.isEmpty();
      (help ? System.out : System.err).println(help ? HELP : problem + "\n" + HELP);
      System.exit(help ? 0 : 2);
    }
    costs.run();
  }

  private @Nullable String parse(List<String> arguments) {
    for (int i = 0; i < arguments.size(); i++) {
      String option = arguments.get(i);
      switch (option) {
        case "--help", "-h" -> {
          return "";
        }
        case "--quick" -> quick = true;
        case "--jdk", "--threads", "--measure" -> {
          i++;
          String value = i < arguments.size() ? arguments.get(i) : "";
          String problem = take(option, value);
          if (problem != null) {
            return problem;
          }
        }
        default -> {
          return "there is no option " + option;
        }
      }
    }
    if (jdks.isEmpty()) {
      jdks.add(System.getProperty("java.home"));
    }
    return null;
  }

  private @Nullable String take(String option, String value) {
    switch (option) {
      case "--jdk" -> {
        if (!Files.isExecutable(Path.of(value, "bin", "java"))) {
          return "--jdk: there is no bin/java in \"" + value + "\"";
        }
        jdks.add(value);
      }
      case "--threads" -> {
        if (!value.matches("[1-9]|[1-5][0-9]|6[0-4]")) {
          return "--threads must be a number from 1 to 64, not \"" + value + "\"";
        }
        threads = Integer.parseInt(value);
      }
      default -> {
        measures = List.of(value.toLowerCase(Locale.ROOT).split(",", -1));
        if (!List.of("off", "counts", "sampled", "every").containsAll(measures)) {
          return "--measure must be of off, counts, sampled and every, not \"" + value + "\"";
        }
      }
    }
    return null;
  }

  private void run() throws IOException, RunnerException {
    Path directory = Files.createTempDirectory("turnout-benchmark");
    Path flags = directory.resolve("flags.json");
    Files.writeString(flags, flags());
    List<String> lines = new ArrayList<>();
    for (String jdk : jdks) {
      for (String measure : measures) {
        lines.addAll(table(measure(jdk, measure, directory, flags), measure));
      }
    }
    System.out.println();
    lines.forEach(System.out::println);
  }

  private Map<String, RunResult> measure(String jdk, String measure, Path directory, Path flags)
      throws RunnerException {
    Path agent = Path.of("agent/runtime/target/turnout-agent.jar").toAbsolutePath();
    if (!Files.exists(agent)) {
      throw new IllegalStateException(agent + " is not built; run mvn -DskipTests package");
    }
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(GateCost.class.getName() + "\\.")
            .jvm(Path.of(jdk, "bin", "java").toString())
            .jvmArgsAppend(
                "-javaagent:%s=flags-file=%s,state-directory=%s,measure=%s"
                    .formatted(agent, flags, directory, measure))
            .threads(threads)
            .forks(quick ? 1 : 3)
            .warmupIterations(quick ? 2 : 4)
            .warmupTime(TimeValue.milliseconds(quick ? 500 : 1000))
            .measurementIterations(quick ? 3 : 5)
            .measurementTime(TimeValue.milliseconds(quick ? 500 : 1000))
            .addProfiler(GCProfiler.class);
    Map<String, RunResult> results = new TreeMap<>();
    for (RunResult result : new Runner(options.build()).run()) {
      results.put(result.getPrimaryResult().getLabel(), result);
    }
    return results;
  }

  private List<String> table(Map<String, RunResult> results, String measure) {
    List<String> lines = new ArrayList<>();
    RunResult any = results.values().iterator().next();
    lines.add(
        "JDK %s, %d thread(s), measure=%s"
            .formatted(any.getParams().getJdkVersion(), threads, measure));
    lines.add("");
    lines.add("| call | ns | ± | beyond direct, ns | × direct | B/call |");
    lines.add("|---|---|---|---|---|---|");
    results.forEach(
        (name, result) -> {
          double score = result.getPrimaryResult().getScore();
          RunResult baseline = results.get(BASELINES.getOrDefault(name, name));
          double direct = baseline == null ? score : baseline.getPrimaryResult().getScore();
          lines.add(
              String.format(
                  Locale.ROOT,
                  "| %s | %.2f | %.2f | %+.2f | %.2f | %.1f |",
                  name,
                  score,
                  result.getPrimaryResult().getScoreError(),
                  score - direct,
                  score / direct,
                  allocated(result)));
        });
    lines.add("");
    return lines;
  }

  private static double allocated(RunResult result) {
    var normalised = result.getSecondaryResults().get("gc.alloc.rate.norm");
    return normalised == null ? 0 : normalised.getScore();
  }

  private static String flags() {
    String many =
        IntStream.range(0, 10_000)
            .mapToObj(i -> "\"user-" + (100_000 + (i * 7_919L) % 900_000) + "\"")
            .collect(Collectors.joining(","));
    return """
        {"canary": {"mode": true, "users": []},
         "rings": {"internal": {"users": [%s]}},
         "flags": {
           "ready": {"percentage": 100},
           "zero": {"percentage": 0},
           "full": {"percentage": 100},
           "failing": {"percentage": 100},
           "split": {"percentage": 50},
           "context": {"percentage": 50},
           "rings": {"strategy": "ring", "rings": {"internal": 100, "ga": 50},
                     "canary": {"users": [%s]}}}}
        """
        .formatted(many, many);
  }
}
