package dev.turnout.cli;

import dev.turnout.flags.Percentage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Brings flags up step by step. All that it knows of the way so far is on the server, so it may end
 * at any moment, and another one goes on from there.
 *
 * <ol>
 *   <li>Before each step, and every few seconds between two steps, it looks at the flags. What
 *       somebody else did to one of them, a trip or too many errors end it. It changes nothing
 *       back: a trip has done so itself, and a freeze wants things to stay.
 *   <li>A step is one edit of all flags that are below its share. A refusal ends it.
 *   <li>While the server cannot be reached it waits, and never goes up without having looked; it
 *       gives up when it could not look for {@link #BLIND_AT_MOST}.
 * </ol>
 */
final class Deployment {
  /** For how long the server may be out of reach. */
  static final Duration BLIND_AT_MOST = Duration.ofMinutes(10);

  private final ControlApi api;
  private final List<String> names;
  private final Why why;
  private final Checks checks;
  private final Stopwatch stopwatch;
  private final DeployProgress progress;
  private volatile @Nullable Percentage reached;

  /**
   * How closely it looks.
   *
   * @param every how often
   * @param maxErrorRate in percent
   * @param minCalls with fewer calls than that, errors say nothing yet
   */
  record Checks(Duration every, double maxErrorRate, long minCalls) {}

  Deployment(
      ControlApi api,
      List<String> names,
      Why why,
      Checks checks,
      Stopwatch stopwatch,
      DeployProgress progress) {
    this.api = api;
    this.names = List.copyOf(names);
    this.why = why;
    this.checks = checks;
    this.stopwatch = stopwatch;
    this.progress = progress;
  }

  /** The share that the last step set; null before the first one. */
  @Nullable Percentage reached() {
    return reached;
  }

  /** Reads the flags, and refuses those that cannot be brought up. */
  List<DeployTarget> targets() {
    Map<String, JsonNode> flags = new LinkedHashMap<>();
    api.get("/feature-flags")
        .path("flags")
        .values()
        .forEach(flag -> flags.put(flag.path("name").asString(""), flag));
    List<String> missing = names.stream().filter(name -> !flags.containsKey(name)).toList();
    if (!missing.isEmpty()) {
      throw new CommandFailure(
          ExitCode.NOT_FOUND,
          "there is no flag " + String.join(", ", missing) + "; 'set' or 'promote' makes one");
    }
    List<DeployTarget> targets = new ArrayList<>();
    for (String name : names) {
      JsonNode flag = flags.get(name);
      String hindrance = flag == null ? null : DeployTarget.hindrance(flag);
      if (hindrance != null && !(mayBeFrozen() && !flag.path("stop").isObject())) {
        throw new CommandFailure(ExitCode.REFUSED, hindrance);
      }
      targets.add(DeployTarget.of(flag));
    }
    return targets;
  }

  private boolean mayBeFrozen() {
    return why.isOverriding("frozen");
  }

  /**
   * Goes up all steps.
   *
   * @throws CommandFailure saying what ended it; the flags stay as they are
   */
  void run(List<DeployTarget> before, Pace pace) throws InterruptedException {
    Map<String, DeployTarget> targets =
        before.stream()
            .collect(
                Collectors.toMap(
                    DeployTarget::name, target -> target, (a, b) -> a, LinkedHashMap::new));
    List<Percentage> steps = pace.steps();
    for (int i = 0; i < steps.size(); i++) {
      Percentage step = steps.get(i);
      raise(targets, step);
      if (i < steps.size() - 1) {
        hold(targets, step, pace.holdAt(step));
      }
    }
    progress.done(steps.get(steps.size() - 1));
  }

  private void raise(Map<String, DeployTarget> targets, Percentage step) {
    ArrayNode edit = ControlApi.json().createArrayNode();
    TreeSet<String> raised = new TreeSet<>();
    for (DeployTarget target : targets.values()) {
      if (target.share().compareTo(step) < 0) {
        ObjectNode fields = edit.addObject().put("name", target.name());
        fields.put("percentage", ControlApi.number(step));
        // Only where it has to be: somebody may be disabling it at this moment.
        if (!target.enabled()) {
          fields.put("enabled", true);
        }
        raised.add(target.name());
      }
    }
    Long revision = null;
    if (!raised.isEmpty()) {
      revision =
          api.post("/feature-flags/bulk-update" + why.query(), edit).path("revision").asLong(0);
      raised.forEach(name -> targets.put(name, new DeployTarget(name, true, step)));
    }
    reached = step;
    progress.step(step, raised, revision);
  }

  private void hold(Map<String, DeployTarget> targets, Percentage step, Duration hold)
      throws InterruptedException {
    Map<String, Percentage> expected = new LinkedHashMap<>();
    targets.values().forEach(target -> expected.put(target.name(), target.percentage()));
    StepWatch watch =
        new StepWatch(expected, checks.maxErrorRate(), checks.minCalls(), mayBeFrozen());
    long begun = stopwatch.nanos();
    long looked = begun;
    while (true) {
      String unseen = look(watch);
      long now = stopwatch.nanos();
      Duration left = hold.minusNanos(now - begun);
      if (unseen == null) {
        looked = now;
        if (!isPositive(left)) {
          return;
        }
      } else if (now - looked > BLIND_AT_MOST.toNanos()) {
        throw new CommandFailure(ExitCode.UNREACHABLE, unseen);
      }
      progress.holding(step, isPositive(left) ? left : Duration.ZERO, watch.seen(), now, unseen);
      Duration pause =
          isPositive(left) && left.compareTo(checks.every()) < 0 ? left : checks.every();
      stopwatch.pause(pause);
    }
  }

  // Duration.isPositive is of Java 18.
  private static boolean isPositive(Duration duration) {
    return !duration.isZero() && !duration.isNegative();
  }

  // Returns why nothing could be seen, or null if it could and all is well.
  private @Nullable String look(StepWatch watch) {
    JsonNode status;
    try {
      status = api.get("/status.json");
    } catch (CommandFailure e) {
      if (e.exitCode() == ExitCode.UNREACHABLE || e.exitCode() == ExitCode.REFUSED) {
        return String.valueOf(e.getMessage());
      }
      throw e;
    }
    String problem = watch.problem(status);
    if (problem != null) {
      throw new CommandFailure(ExitCode.REFUSED, problem);
    }
    return null;
  }
}
