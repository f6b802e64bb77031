package dev.turnout.benchmarks.fleet;

import dev.turnout.benchmarks.Table;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** {@code benchmarks/fleet}: measures the control server under the load of a fleet. */
public final class FleetLoad {
  private static final int FAILED = 1;
  private static final int WRONG_USAGE = 2;

  private FleetLoad() {}

  /** Runs the scenarios; exit code 0 if all limits were held. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (Stream.of(arguments).anyMatch(it -> it.equals("--help") || it.equals("-h"))) {
      System.out.println(FleetOptions.HELP);
      return;
    }
    FleetOptions options = options(arguments);
    @Nullable String problem = SystemLimits.problem(options.agents());
    if (problem != null) {
      exit(WRONG_USAGE, problem);
    }
    List<Outcome> outcomes = new ArrayList<>();
    boolean failed = false;
    for (FleetOptions.Scenario scenario : options.scenarios()) {
      try {
        outcomes.addAll(run(scenario, options));
      } catch (IOException | IllegalStateException e) {
        failed = true;
        Progress.say("%s failed: %s", scenario.name().toLowerCase(Locale.ROOT), e);
      }
    }
    print(outcomes, options);
    if (failed || outcomes.stream().anyMatch(it -> Objects.equals(it.held(), false))) {
      System.exit(FAILED);
    }
  }

  private static FleetOptions options(String[] arguments) {
    try {
      return FleetOptions.of(arguments);
    } catch (FleetOptions.UsageException e) {
      exit(WRONG_USAGE, e.getMessage() + "; see benchmarks/fleet --help");
      throw new IllegalStateException(e);
    }
  }

  private static void exit(int code, @Nullable String why) {
    System.err.println("benchmarks/fleet: " + why);
    System.exit(code);
  }

  private static List<Outcome> run(FleetOptions.Scenario scenario, FleetOptions options)
      throws IOException, InterruptedException {
    return switch (scenario) {
      case KILL -> new KillScenario(options).run();
      case RECONNECT -> new ReconnectScenario(options).run();
      case EDITS -> new EditsScenario(options).run();
      case EVALUATE -> new EvaluateScenario(options).run();
      case CRASH -> new CrashScenario(options).run();
    };
  }

  private record Json(String jdk, int processors, List<Outcome> outcomes) {}

  private static void print(List<Outcome> outcomes, FleetOptions options) {
    // Whatever the locale: the tables have signs that ASCII lacks.
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    int processors = Runtime.getRuntime().availableProcessors();
    Path jdk = options.jdk().getFileName();
    if (options.format() == FleetOptions.Format.JSON) {
      Json json = new Json(String.valueOf(jdk), processors, outcomes);
      out.println(
          JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(json));
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(Outcome.HEADER);
    outcomes.forEach(outcome -> rows.add(outcome.cells()));
    String title =
        "JDK at %s, %d processors for server and agents together, %d flags"
            .formatted(jdk, processors, options.flags());
    Table table = new Table(title, rows);
    out.println(options.format() == FleetOptions.Format.MARKDOWN ? table.markdown() : table.text());
  }
}
