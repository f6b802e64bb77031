package dev.turnout.flags;

import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All flags of an environment at one revision: what is stored, sent, kept on disk and decided by.
 * Immutable.
 *
 * @param env the environment's name
 * @param epoch raised when the store was restored and its revisions started over
 * @param revision raised by every change, never reused within an epoch
 * @param issuedAt when the server made it
 * @param canary canary mode
 * @param ringMembers who belongs to a ring without saying so, in the order rings are tried
 * @param flags by name
 */
public record Snapshot(
    String env,
    long epoch,
    long revision,
    Instant issuedAt,
    CanaryMode canary,
    Map<String, RingMembers> ringMembers,
    Map<String, Flag> flags) {

  /** No flags at all: every gate takes its fallback. */
  public static final Snapshot EMPTY =
      new Snapshot("", 0, 0, Instant.EPOCH, CanaryMode.OFF, Map.of(), Map.of());

  public Snapshot {
    ringMembers = Collections.unmodifiableMap(new LinkedHashMap<>(ringMembers));
    flags = Collections.unmodifiableMap(new TreeMap<>(flags));
  }

  /** Returns whether this supersedes {@code other}: a higher epoch, or a higher revision of it. */
  public boolean isNewerThan(Snapshot other) {
    return epoch != other.epoch ? epoch > other.epoch : revision > other.revision;
  }

  /**
   * Checks that every dependency exists and that none leads back to where it started.
   *
   * @throws InvalidFlagException naming the field of the first that does not
   */
  public void checkDependencies() {
    Map<String, Boolean> done = new HashMap<>();
    flags.keySet().forEach(name -> walk(name, done, name));
  }

  private void walk(String name, Map<String, Boolean> done, String path) {
    Boolean state = done.get(name);
    if (state != null) {
      if (!state) {
        throw new InvalidFlagException("dependencies", "form a cycle: " + path);
      }
      return;
    }
    done.put(name, false);
    for (String dependency : require(name).dependencies()) {
      if (!flags.containsKey(dependency)) {
        throw new InvalidFlagException(
            "dependencies", name + " depends on " + dependency + ", which does not exist");
      }
      walk(dependency, done, path + " -> " + dependency);
    }
    done.put(name, true);
  }

  private Flag require(String name) {
    Flag flag = flags.get(name);
    if (flag == null) {
      throw new IllegalStateException(name);
    }
    return flag;
  }

  /** Returns the flag, or null if there is none of that name. */
  public @Nullable Flag flag(String name) {
    return flags.get(name);
  }
}
