package dev.turnout.cli;

import dev.turnout.flags.Percentage;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A flag that is deployed, as the server has it. */
record DeployTarget(String name, boolean enabled, Percentage percentage) {

  /** Reads a flag, of {@code /feature-flags} or of {@code /status.json}. */
  static DeployTarget of(JsonNode flag) {
    BigDecimal percentage = flag.path("percentage").asDecimal(BigDecimal.ZERO);
    return new DeployTarget(
        flag.path("name").asString(""),
        flag.path("enabled").asBoolean(true),
        Percentage.of("percentage", percentage));
  }

  /** The share of callers who are on now. */
  Percentage share() {
    return enabled ? percentage : Percentage.ZERO;
  }

  /** Why the flag cannot be brought up step by step, or null if it can. */
  static @Nullable String hindrance(JsonNode flag) {
    String name = flag.path("name").asString("");
    if (flag.path("stop").isObject()) {
      return name + " " + Words.stop(flag) + "; 'reset " + name + "' takes that back";
    }
    if (flag.path("frozen").asBoolean(false)) {
      return name + " is frozen";
    }
    return flag.path("strategy").asString("").equals("ring")
        ? name + " goes by rings, and this raises percentages"
        : null;
  }
}
