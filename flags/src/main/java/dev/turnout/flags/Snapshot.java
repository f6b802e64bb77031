package dev.turnout.flags;

import java.time.Instant;
import java.util.Collections;
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
   * The most decisions that a flag's may take, its own and those of what it depends on: a flag that
   * several others of them depend on is decided for each.
   */
  public static final int MAX_DECISIONS = 1_000;

  /**
   * Checks that every dependency exists, that none leads back to where it started, that no chain of
   * them is longer than {@link #MAX_CHAIN}, and that no flag takes more than {@link
   * #MAX_DECISIONS}.
   *
   * @throws InvalidFlagException naming the field of the first that does not
   */
  public void checkDependencies() {
    new Dependencies(this).check();
  }

  /** Returns the flag, or null if there is none of that name. */
  public @Nullable Flag flag(String name) {
    return flags.get(name);
  }
}
