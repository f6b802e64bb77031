package dev.turnout.flags;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
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
 * @param validUntil until when the server answers for it, for it signs again in time; null if it
 *     does not say. What is past that is told, and goes on being decided by
 */
public record Snapshot(
    String env,
    long epoch,
    long revision,
    Instant issuedAt,
    CanaryMode canary,
    Map<String, RingMembers> ringMembers,
    Map<String, Flag> flags,
    @Nullable Instant validUntil) {

  /** No flags at all: every gate takes its fallback. */
  public static final Snapshot EMPTY =
      new Snapshot("", 0, 0, Instant.EPOCH, CanaryMode.OFF, Map.of(), Map.of());

  public Snapshot {
    ringMembers = Collections.unmodifiableMap(new LinkedHashMap<>(ringMembers));
    flags = Collections.unmodifiableMap(new TreeMap<>(flags));
  }

  /** A snapshot that is valid without end. */
  public Snapshot(
      String env,
      long epoch,
      long revision,
      Instant issuedAt,
      CanaryMode canary,
      Map<String, RingMembers> ringMembers,
      Map<String, Flag> flags) {
    this(env, epoch, revision, issuedAt, canary, ringMembers, flags, null);
  }

  /** The same with another end of its validity. */
  public Snapshot validUntil(Instant until) {
    return new Snapshot(env, epoch, revision, issuedAt, canary, ringMembers, flags, until);
  }

  /** Returns whether it is past the end of its validity. */
  public boolean isExpired(Instant now) {
    return validUntil != null && now.isAfter(validUntil);
  }

  /** Returns whether this supersedes {@code other}: a higher epoch, or a higher revision of it. */
  public boolean isNewerThan(Snapshot other) {
    return epoch != other.epoch ? epoch > other.epoch : revision > other.revision;
  }

  /** The longest chain of flags of which each depends on the next. */
  public static final int MAX_CHAIN = 32;

  /**
   * Checks that every dependency exists, that none leads back to where it started, and that no
   * chain of them is longer than {@link #MAX_CHAIN}.
   *
   * @throws InvalidFlagException naming the field of the first that does not
   */
  public void checkDependencies() {
    Map<String, Integer> chains = new HashMap<>();
    flags.keySet().forEach(name -> chain(name, chains, List.of()));
  }

  // Returns how many flags long the longest chain from this flag is.
  private int chain(String name, Map<String, Integer> chains, List<String> path) {
    Integer known = chains.get(name);
    if (known != null) {
      return known;
    }
    List<String> here = new ArrayList<>(path);
    here.add(name);
    if (path.contains(name)) {
      throw new InvalidFlagException("dependencies", "form a cycle: " + String.join(" -> ", here));
    }
    int longest = 0;
    for (String dependency : require(name).dependencies()) {
      if (!flags.containsKey(dependency)) {
        throw new InvalidFlagException(
            "dependencies", name + " depends on " + dependency + ", which does not exist");
      }
      longest = Math.max(longest, here.size() > MAX_CHAIN ? 0 : chain(dependency, chains, here));
    }
    if (longest + 1 > MAX_CHAIN || here.size() > MAX_CHAIN) {
      throw new InvalidFlagException(
          "dependencies", "form a chain of more than " + MAX_CHAIN + " flags, at " + name);
    }
    chains.put(name, longest + 1);
    return longest + 1;
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
