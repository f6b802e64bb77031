package dev.turnout.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** What differs from one look at the status to the next, in a line for each thing. */
final class StatusChanges {
  private final Set<String> wanted;
  private Map<String, String> before = Map.of();
  private boolean first = true;

  /**
   * Begins with nothing seen.
   *
   * @param wanted the flags to look at; all if empty
   */
  StatusChanges(Set<String> wanted) {
    this.wanted = Set.copyOf(wanted);
  }

  /** Returns the lines; of the first look, how everything stands. */
  List<String> since(JsonNode status) {
    Map<String, String> now = new LinkedHashMap<>();
    JsonNode agents = status.path("agents");
    now.put(
        "agents",
        agents.path("connected").asString("0")
            + " connected, "
            + agents.path("behind").asString("0")
            + " behind, "
            + agents.path("ahead").asString("0")
            + " ahead");
    now.put("canary mode", status.path("canary").path("mode").asBoolean(false) ? "on" : "off");
    for (JsonNode flag : status.path("flags")) {
      String name = flag.path("name").asString("");
      if (wanted.isEmpty() || wanted.contains(name)) {
        now.put("flag " + name, describe(flag));
      }
    }
    List<String> lines = new ArrayList<>();
    now.forEach(
        (what, is) -> {
          String was = before.get(what);
          if (!is.equals(was)) {
            lines.add(what + ": " + (was == null ? (first ? "" : "new, ") : was + " -> ") + is);
          }
        });
    before.keySet().stream()
        .filter(what -> !now.containsKey(what))
        .forEach(what -> lines.add(what + ": gone"));
    before = now;
    first = false;
    return lines;
  }

  private static String describe(JsonNode flag) {
    StringBuilder text = new StringBuilder(Words.state(flag) + ", " + Words.rollout(flag));
    if (flag.path("frozen").asBoolean(false)) {
      text.append(", frozen");
    }
    for (JsonNode instance : flag.path("instances")) {
      if (instance.path("tripped_here").asBoolean(false)) {
        text.append(", tripped on ").append(instance.path("instance").asString("-"));
      }
    }
    String stop = Words.stop(flag);
    return stop.isEmpty() ? text.toString() : text + ", " + stop;
  }
}
