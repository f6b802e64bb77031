package dev.turnout.cli;

import dev.turnout.flags.Percentage;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code turnout deploy ENVIRONMENT --flags a,b}. */
@Command(
    name = "deploy",
    mixinStandardHelpOptions = true,
    description =
        "Brings flags up step by step, and stays on each step for a while, watching them. A kill, a"
            + " trip, a freeze, somebody else's change or too many errors end it, and things stay as"
            + " they are.",
    footer = {
      "",
      "The steps, if not given: those of the profile, else 1,5,10,25,50,75,100.",
      "The time on each, if not given: that of the profile, else 30m in staging, and 2h",
      "elsewhere with 6h at 50 %%. In the file of profiles:",
      "  production.steps=1,10,50,100",
      "  production.hold=1h",
      "  production.hold.50=4h",
      "",
      "It may be interrupted at any time (Ctrl-C): callers stay where they are, and",
      "--resume goes on from the share that the server has, staying on it anew.",
      "Exit codes: 0 all steps done; 1 ended by what it saw, or refused.",
    })
final class DeployCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private final Connection connection = new Connection();

  @Parameters(
      index = "0",
      paramLabel = "ENVIRONMENT",
      description = "The profile of the environment, such as staging.")
  private String environment = "";

  @Option(
      names = "--flags",
      required = true,
      split = ",",
      paramLabel = "NAME",
      description = "The flags, with commas between them. They go up together.")
  private List<String> flags = new ArrayList<>();

  @Option(
      names = "--initial-percentage",
      paramLabel = "PERCENT",
      description = "The first step; those up to it are left out.")
  private @Nullable String initial;

  @Option(
      names = "--steps",
      split = ",",
      paramLabel = "PERCENT",
      description = "The steps, with commas between them.")
  private List<String> steps = new ArrayList<>();

  @Option(
      names = "--hold",
      paramLabel = "TIME",
      description = "How long to stay on each step: 90s, 30m, 1h30m.")
  private @Nullable String hold;

  @Option(names = "--resume", description = "Go on from the share that the flags have now.")
  private boolean resume;

  @Option(
      names = "--max-error-rate",
      paramLabel = "PERCENT",
      defaultValue = "5",
      description = "More failed calls of a new path on a step end it (${DEFAULT-VALUE}).")
  private String maxErrorRate = "";

  @Option(
      names = "--min-calls",
      paramLabel = "COUNT",
      defaultValue = "100",
      description = "With fewer calls than that, errors say nothing yet (${DEFAULT-VALUE}).")
  private long minCalls;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      defaultValue = "5s",
      description = "How often to look (${DEFAULT-VALUE}).")
  private String interval = "";

  @Option(names = "--dry-run", description = "Show the steps, and change nothing.")
  private boolean dryRun;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask before it begins. Asked is only on a terminal.")
  private boolean yes;

  @Option(names = "--json", description = "Print one JSON object to a line for what happens.")
  private boolean json;

  @Mixin private final Why why = new Why();

  DeployCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    flags.forEach(Arguments::flagName);
    Pace chosen = chosenPace();
    Deployment.Checks checks = checks();
    connection.environment(environment);
    DeployProgress progress = new DeployProgress(terminal, json);
    Deployment deployment =
        new Deployment(
            new ControlApi(connection.endpoint(terminal)),
            List.copyOf(new LinkedHashSet<>(flags)),
            why,
            checks,
            terminal.stopwatch(),
            progress);
    List<DeployTarget> targets = deployment.targets();
    Pace pace = ahead(chosen, targets);
    if (pace.steps().isEmpty()) {
      progress.done(lowest(targets));
      return ExitCode.DONE;
    }
    if (!json || dryRun) {
      show(pace, targets);
    }
    if (!dryRun) {
      if (!yes) {
        terminal.confirm("Begin in " + environment + "?");
      }
      run(deployment, targets, pace, progress);
    }
    return ExitCode.DONE;
  }

  private Pace chosenPace() {
    Pace pace = Pace.of(environment, Profiles.of(terminal));
    if (!steps.isEmpty()) {
      pace = pace.withSteps(Pace.steps("--steps", steps));
    }
    return hold == null ? pace : pace.withHold(Arguments.duration("--hold", hold));
  }

  private Deployment.Checks checks() {
    Duration every = Arguments.duration("--interval", interval);
    if (every.compareTo(Duration.ofMillis(100)) < 0) {
      throw new CommandFailure(ExitCode.USAGE, "--interval must be at least 0.1s");
    }
    if (minCalls < 1) {
      throw new CommandFailure(ExitCode.USAGE, "--min-calls must be at least 1");
    }
    return new Deployment.Checks(
        every, Arguments.percent("--max-error-rate", maxErrorRate).doubleValue(), minCalls);
  }

  /** The steps that are still to be made, the first one being where to begin. */
  private Pace ahead(Pace pace, List<DeployTarget> targets) {
    Percentage begin =
        initial == null
            ? pace.steps().get(0)
            : Percentage.of(
                "--initial-percentage", Arguments.percent("--initial-percentage", initial));
    Percentage low = lowest(targets);
    if (!resume) {
      for (DeployTarget target : targets) {
        if (target.share().compareTo(begin) > 0) {
          throw new CommandFailure(
              ExitCode.REFUSED,
              target.name()
                  + " is at "
                  + target.share()
                  + " already, above the first step of "
                  + begin
                  + "; --resume goes on from there");
        }
      }
    } else if (low.compareTo(begin) > 0 || (initial == null && low.buckets() > 0)) {
      begin = low;
    }
    Percentage first = begin;
    List<Percentage> ahead = new ArrayList<>();
    if (first.buckets() > 0) {
      ahead.add(first);
    }
    pace.steps().stream().filter(step -> step.compareTo(first) > 0).forEach(ahead::add);
    // Everything is where it is to get: no step is left, not even one to stay on.
    boolean arrived = ahead.size() == 1 && low.compareTo(first) >= 0;
    return pace.withSteps(arrived ? List.of() : ahead);
  }

  private static Percentage lowest(List<DeployTarget> targets) {
    return targets.stream()
        .map(DeployTarget::share)
        .min(Percentage::compareTo)
        .orElse(Percentage.ZERO);
  }

  private void show(Pace pace, List<DeployTarget> targets) {
    PrintWriter out = terminal.out();
    if (json) {
      for (Percentage step : pace.steps()) {
        out.println(
            ControlApi.object()
                .put("event", "planned")
                .put("percentage", step.percent())
                .put("hold_seconds", pace.holdAt(step).toSeconds()));
      }
    } else {
      for (DeployTarget target : targets) {
        out.println(
            target.name()
                + " is at "
                + target.percentage()
                + (target.enabled() ? "" : ", and disabled"));
      }
      List<String> words = new ArrayList<>();
      for (Percentage step : pace.steps()) {
        boolean last = words.size() == pace.steps().size() - 1;
        words.add(step + (last ? "" : " for " + Words.duration(pace.holdAt(step))));
      }
      out.println("steps: " + String.join(", ", words));
    }
    out.flush();
  }

  private void run(
      Deployment deployment, List<DeployTarget> targets, Pace pace, DeployProgress progress)
      throws InterruptedException {
    Thread goodbye =
        new Thread(
            () -> {
              progress.endLine();
              terminal.err().println(terminal.command() + ": interrupted; " + goOn(deployment));
            },
            "turnout-deploy-goodbye");
    Runtime.getRuntime().addShutdownHook(goodbye);
    try {
      deployment.run(targets, pace);
    } catch (CommandFailure e) {
      progress.endLine();
      throw e.with("; " + goOn(deployment));
    } finally {
      Runtime.getRuntime().removeShutdownHook(goodbye);
    }
  }

  private String goOn(Deployment deployment) {
    Percentage reached = deployment.reached();
    return (reached == null ? "nothing was changed" : "the flags stay as they are, at " + reached)
        + ". To go on: "
        + terminal.command()
        + " deploy "
        + environment
        + " --flags "
        + String.join(",", flags)
        + " --resume";
  }
}
