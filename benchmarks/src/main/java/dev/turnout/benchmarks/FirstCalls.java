package dev.turnout.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What the first 100 calls after a change of their flag cost, beside the calls before: {@link
 * Turning} in JVMs of its own.
 */
final class FirstCalls {
  private static final int CHANGES = 13;
  private static final int QUICK_CHANGES = 6;

  private static final Map<String, String> MEASURES =
      Map.of("off", Measured.OFF, "counts", Measured.COUNTS, "sampled", Measured.SAMPLED);

  /** What is told of it. */
  static final List<Row> ROWS =
      List.of(
          row("first 100 calls after a change, routing only", "off"),
          row("first 100 calls after a change, exact counts", "counts"),
          row("first 100 calls after a change, sampled latency", "sampled"),
          new Row(
              "the same at the first change ever, routing only",
              "ever off",
              "steady ever off",
              Limit.NONE));

  private final Choices choices;
  private final Jvms jvms;
  private final Path jdk;

  FirstCalls(Choices choices, Jvms jvms, Path jdk) {
    this.choices = choices;
    this.jvms = jvms;
    this.jdk = jdk;
  }

  private static Row row(String says, String measure) {
    return new Row(says, "first " + measure, "steady " + measure, Limit.ratio(2));
  }

  Map<String, Figures> run() throws IOException, InterruptedException {
    Map<String, List<Double>> medians = new LinkedHashMap<>();
    for (int round = 1; round <= choices.rounds(); round++) {
      System.err.printf("%s: changes, round %d of %d%n", jdk, round, choices.rounds());
      for (Map.Entry<String, String> measure : MEASURES.entrySet()) {
        List<Double> steady = new ArrayList<>();
        List<Double> first = new ArrayList<>();
        for (String line : turn(measure.getValue())) {
          String[] figures = line.split(" ", -1);
          boolean ever = figures[0].equals("0");
          String name = measure.getKey();
          if (ever) {
            add(medians, "steady ever " + name, Double.parseDouble(figures[1]));
            add(medians, "ever " + name, Double.parseDouble(figures[2]));
          } else {
            steady.add(Double.parseDouble(figures[1]));
            first.add(Double.parseDouble(figures[2]));
          }
        }
        add(medians, "steady " + measure.getKey(), Figures.median(steady));
        add(medians, "first " + measure.getKey(), Figures.median(first));
      }
    }
    Map<String, Figures> figures = new LinkedHashMap<>();
    medians.forEach((name, nanos) -> figures.put(name, new Figures(nanos, 0)));
    return figures;
  }

  private static void add(Map<String, List<Double>> medians, String name, double nanos) {
    medians.computeIfAbsent(name, first -> new ArrayList<>()).add(nanos);
  }

  private List<String> turn(String measure) throws IOException, InterruptedException {
    Path flags = Files.createTempFile(jvms.directory(), "turning", ".json");
    List<String> command = new ArrayList<>();
    command.add(jdk.resolve("bin/java").toString());
    command.addAll(jvms.withAgent(flags));
    command.add(measure);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Turning.class.getName());
    command.add(flags.toString());
    command.add(String.valueOf(choices.quick() ? QUICK_CHANGES : CHANGES));
    File log = jvms.directory().resolve("turning.log").toFile();
    Process process = new ProcessBuilder(command).redirectError(log).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(120, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IllegalStateException("the calls after a change failed, see " + log);
    }
    return out.lines().toList();
  }
}
