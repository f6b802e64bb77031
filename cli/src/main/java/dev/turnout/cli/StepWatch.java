package dev.turnout.cli;

import dev.turnout.flags.Percentage;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Looks, while a deployment stays on a step, for what ends it: a flag that was stopped, frozen or
 * changed by somebody else, a trip on an instance, and too many errors on the new path since the
 * step began. Not safe for use by several threads.
 */
final class StepWatch {
  private final Map<String, Percentage> expected;
  private final double maxErrorRate;
  private final long minCalls;
  private final boolean mayBeFrozen;
  private final Map<String, Counts> before = new HashMap<>();
  private Counts seen = Counts.NONE;

  /**
   * A watch that begins now.
   *
   * @param expected the shares of the flags as the step set them
   * @param maxErrorRate in percent
   * @param minCalls with fewer calls than that, errors say nothing yet
   */
  StepWatch(
      Map<String, Percentage> expected, double maxErrorRate, long minCalls, boolean mayBeFrozen) {
    this.expected = Map.copyOf(expected);
    this.maxErrorRate = maxErrorRate;
    this.minCalls = minCalls;
    this.mayBeFrozen = mayBeFrozen;
  }

  /** Calls of the new path. */
  record Counts(long calls, long errors) {
    static final Counts NONE = new Counts(0, 0);

    private static Counts of(JsonNode path) {
      return new Counts(path.path("calls").asLong(0), path.path("errors").asLong(0));
    }

    private Counts plus(Counts other) {
      return new Counts(calls + other.calls, errors + other.errors);
    }

    // An instance that counts less than before has started anew: all that it has is of this step.
    private Counts since(Counts earlier) {
      return calls < earlier.calls || errors < earlier.errors
          ? this
          : new Counts(calls - earlier.calls, errors - earlier.errors);
    }
  }

  /** The calls of all flags' new paths since the step began, as of the last look. */
  Counts seen() {
    return seen;
  }

  /**
   * Looks at {@code /status.json}.
   *
   * @return what ends the deployment, or null if nothing does
   */
  @Nullable String problem(JsonNode status) {
    Map<String, JsonNode> flags = new HashMap<>();
    status.path("flags").values().forEach(flag -> flags.put(flag.path("name").asString(""), flag));
    Counts all = Counts.NONE;
    for (Map.Entry<String, Percentage> entry : expected.entrySet()) {
      JsonNode flag = flags.get(entry.getKey());
      if (flag == null) {
        return "flag " + entry.getKey() + " is gone";
      }
      String problem = problem(flag, entry.getValue());
      if (problem != null) {
        return problem;
      }
      Counts counts = sinceTheStep(flag);
      if (counts.calls() >= minCalls && 100.0 * counts.errors() > maxErrorRate * counts.calls()) {
        return String.format(
            Locale.ROOT,
            "%s: %d of %d calls of the new path failed since this step began (%.1f %%, more than"
                + " %s %%)",
            entry.getKey(),
            counts.errors(),
            counts.calls(),
            100.0 * counts.errors() / counts.calls(),
            maxErrorRate);
      }
      all = all.plus(counts);
    }
    seen = all;
    return null;
  }

  private @Nullable String problem(JsonNode flag, Percentage share) {
    String name = flag.path("name").asString("");
    String hindrance = DeployTarget.hindrance(flag);
    if (hindrance != null && !(mayBeFrozen && !flag.path("stop").isObject())) {
      return hindrance;
    }
    DeployTarget target = DeployTarget.of(flag);
    if (!target.enabled()) {
      return name + " was disabled";
    }
    if (!target.percentage().equals(share)) {
      return name + " was set to " + target.percentage() + " by somebody else, not " + share;
    }
    for (JsonNode instance : flag.path("instances")) {
      if (instance.path("tripped_here").asBoolean(false)) {
        return name + " tripped on " + place(instance);
      }
    }
    return null;
  }

  private Counts sinceTheStep(JsonNode flag) {
    Counts sum = Counts.NONE;
    for (JsonNode instance : flag.path("instances")) {
      Counts now = Counts.of(instance.path("new"));
      String key = flag.path("name").asString("") + " " + place(instance);
      sum = sum.plus(now.since(before.computeIfAbsent(key, unseen -> now)));
    }
    return sum;
  }

  private static String place(JsonNode instance) {
    return instance.path("service").asString("-") + "/" + instance.path("instance").asString("-");
  }
}
