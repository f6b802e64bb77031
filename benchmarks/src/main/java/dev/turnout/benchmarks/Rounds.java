package dev.turnout.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs benchmarks in rounds: in each, every benchmark gets one JVM. So what else the machine does
 * meanwhile comes upon all of them alike, and a difference is taken between neighbours in time.
 * Iterations in which others had a share of the processor are left out; see {@link Calm}.
 */
final class Rounds {
  private final Choices choices;
  private final Path jdk;
  private final int threads;
  private final Path log;
  // Of an undisturbed iteration such work takes this much longer at the most than of the best.
  private static final double TOLERATED = 1.05;

  private final Map<String, List<List<Iteration>>> iterations = new LinkedHashMap<>();
  private final Map<String, List<Double>> bytes = new LinkedHashMap<>();
  private String version = "";

  /**
   * Creates a run.
   *
   * @param log where JMH tells everything
   */
  Rounds(Choices choices, Path jdk, int threads, Path log) {
    this.choices = choices;
    this.jdk = jdk;
    this.threads = threads;
    this.log = log;
  }

  /**
   * Some benchmarks.
   *
   * @param include what their names match
   * @param options of their JVMs
   * @param warmUps of 400 ms each, until the JVM has compiled what is called; a quick run has half
   */
  record Part(String include, List<String> options, int warmUps) {}

  /** What one iteration came to, and how long always the same work took around it. */
  private record Iteration(double nanos, double calm) {}

  /** Runs them all; the figures by the benchmark's name, and its parameter after a blank. */
  Map<String, Figures> run(List<Part> parts) throws RunnerException {
    // JMH passes on what the measured libraries print; the result alone belongs there.
    System.setOut(System.err);
    for (int round = 1; round <= choices.rounds(); round++) {
      System.err.printf(
          "%s, %d thread(s): round %d of %d, told in %s%n",
          jdk, threads, round, choices.rounds(), log);
      for (Part part : parts) {
        for (RunResult result : run(part)) {
          note(result);
        }
      }
    }
    Map<String, Figures> figures = new LinkedHashMap<>();
    double limit = TOLERATED * best();
    iterations.forEach(
        (name, rounds) ->
            figures.put(
                name,
                new Figures(
                    quiet(rounds, limit), Figures.median(bytes.getOrDefault(name, List.of(0.0))))));
    System.err.printf(
        "%s, %d thread(s): %d of %d iterations were disturbed by others on this host%n",
        jdk, threads, all().filter(each -> each.calm() > limit).count(), all().count());
    return figures;
  }

  private Stream<Iteration> all() {
    return iterations.values().stream().flatMap(List::stream).flatMap(List::stream);
  }

  private double best() {
    return all().mapToDouble(Iteration::calm).min().orElse(0);
  }

  // By round; NaN where all of a round is disturbed, unless all rounds are.
  private static List<Double> quiet(List<List<Iteration>> rounds, double limit) {
    boolean none = rounds.stream().flatMap(List::stream).noneMatch(each -> each.calm() <= limit);
    List<Double> medians = new ArrayList<>();
    for (List<Iteration> round : rounds) {
      List<Double> nanos =
          round.stream()
              .filter(each -> none || each.calm() <= limit)
              .map(Iteration::nanos)
              .toList();
      medians.add(nanos.isEmpty() ? Double.NaN : Figures.median(nanos));
    }
    return medians;
  }

  /** The version of the JVM that was measured; empty before the run. */
  String version() {
    return version;
  }

  private Iterable<RunResult> run(Part part) throws RunnerException {
    return new Runner(
            new OptionsBuilder()
                .include(part.include())
                .jvm(jdk.resolve("bin/java").toString())
                .jvmArgs(part.options().toArray(String[]::new))
                .threads(threads)
                .forks(1)
                .warmupIterations(choices.quick() ? (part.warmUps() + 1) / 2 : part.warmUps())
                .warmupTime(TimeValue.milliseconds(400))
                .measurementIterations(choices.quick() ? 3 : 5)
                .measurementTime(TimeValue.milliseconds(300))
                .addProfiler(GCProfiler.class)
                .addProfiler(ProcessorTime.class)
                .addProfiler(Calm.class)
                .shouldFailOnError(true)
                .output(log.toString())
                .build())
        .run();
  }

  private void note(RunResult result) {
    String name = result.getPrimaryResult().getLabel();
    for (String parameter : result.getParams().getParamsKeys()) {
      name += " " + result.getParams().getParam(parameter);
    }
    version = result.getParams().getJdkVersion() + ", " + result.getParams().getVmName();
    List<Iteration> round = new ArrayList<>();
    for (BenchmarkResult fork : result.getBenchmarkResults()) {
      for (IterationResult iteration : fork.getIterationResults()) {
        double nanos =
            choices.processorTime()
                ? score(iteration, ProcessorTime.RESULT)
                : iteration.getPrimaryResult().getScore();
        round.add(new Iteration(nanos, score(iteration, Calm.RESULT)));
      }
    }
    iterations.computeIfAbsent(name, first -> new ArrayList<>()).add(round);
    bytes
        .computeIfAbsent(name, first -> new ArrayList<>())
        .add(secondary(result, "gc.alloc.rate.norm"));
  }

  private static double score(IterationResult iteration, String name) {
    var found = iteration.getSecondaryResults().get(name);
    if (found == null) {
      throw new IllegalStateException("JMH told no " + name);
    }
    return found.getScore();
  }

  private static double secondary(RunResult result, String name) {
    var found = result.getSecondaryResults().get(name);
    if (found == null) {
      throw new IllegalStateException("JMH told no " + name);
    }
    return found.getStatistics().getPercentile(50);
  }
}
