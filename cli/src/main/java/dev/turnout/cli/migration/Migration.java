package dev.turnout.cli.migration;

import dev.turnout.flags.Flag;
import dev.turnout.flags.InvalidFlagException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * What became of the flags of an export: each one is either carried over exactly, or refused with a
 * reason. Nothing is guessed: who is on decides what code runs.
 */
public final class Migration {
  private final Map<String, Moved> moved = new TreeMap<>();
  private final Map<String, String> refused = new TreeMap<>();

  Migration() {}

  /**
   * A flag that is carried over.
   *
   * @param flag as it is to be created
   * @param notes what is worth knowing of callers who are no users, or for later
   */
  public record Moved(Flag flag, List<String> notes) {
    public Moved {
      notes = List.copyOf(notes);
    }
  }

  /** Turns one flag of an export into one of ours. */
  @FunctionalInterface
  interface Translator {
    Moved translate(String name, JsonNode definition) throws InexactException;
  }

  /** Takes a flag up, as what the translator makes of it. */
  void take(String name, JsonNode definition, Translator translator) {
    try {
      if (moved.containsKey(name) || refused.containsKey(name)) {
        throw new InexactException("it is there twice");
      }
      moved.put(name, translator.translate(name, definition));
    } catch (InexactException | InvalidFlagException e) {
      refuse(name, String.valueOf(e.getMessage()));
    }
  }

  /** Refuses a flag, even one that was carried over, and then those that depend on it as well. */
  public void refuse(String name, String reason) {
    moved.remove(name);
    refused.put(name, reason);
    refuseOrphans();
  }

  /** Refuses the flags that depend on one that is not carried over. */
  void refuseOrphans() {
    for (Moved candidate : new ArrayList<>(moved.values())) {
      Flag flag = candidate.flag();
      for (String dependency : flag.dependencies()) {
        if (refused.containsKey(dependency) && moved.containsKey(flag.name())) {
          refuse(flag.name(), "it depends on " + dependency + ", which is not carried over");
        }
      }
    }
  }

  /** Refuses the flags that depend on one that is not in the export at all. */
  Migration done() {
    for (Moved candidate : new ArrayList<>(moved.values())) {
      Flag flag = candidate.flag();
      for (String dependency : flag.dependencies()) {
        if (!moved.containsKey(dependency) && moved.containsKey(flag.name())) {
          refuse(flag.name(), "it depends on " + dependency + ", which is not in the file");
        }
      }
    }
    return this;
  }

  /** The flags that are carried over, by name. */
  public Map<String, Moved> moved() {
    return Collections.unmodifiableMap(moved);
  }

  /** Why the others are not, by name. */
  public Map<String, String> refused() {
    return Collections.unmodifiableMap(refused);
  }
}
