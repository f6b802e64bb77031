package dev.turnout.server.rollout;

import dev.turnout.flags.Flag;
import dev.turnout.flags.InvalidFlagException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A flag's staged plan, and how far along it is. Immutable. Which step may follow which is said
 * where they are made, in {@code RolloutChanges}.
 *
 * @param flag the flag's name
 * @param stages from the first to the last
 * @param automatic whether a stage that is over is followed by the next without anybody asking
 * @param state how it stands
 * @param stage the place of the stage that it is in, or was in last, from 0 on; 0 before the first
 * @param since when that stage began, or was gone on with; null before the first
 * @param why what paused it or rolled it back, for people; empty if nothing did
 * @param revision the snapshot revision with which it last changed: the fencing token of whoever
 *     wants to change it next
 */
public record Rollout(
    String flag,
    List<Stage> stages,
    boolean automatic,
    State state,
    int stage,
    @Nullable Instant since,
    String why,
    long revision) {
  /** The most stages. */
  public static final int MAX_STAGES = Flag.MAX_STEPS;

  /** How a rollout stands. */
  public enum State {
    /** Not begun. */
    PENDING,
    /** In a stage, and to go on. */
    RUNNING,
    /** In a stage, and not to go on until somebody says so. */
    PAUSED,
    /** Through all stages. */
    COMPLETED,
    /** Taken back: everybody takes the fallback. */
    ROLLED_BACK;

    /** The name that people use. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Rollout {
    stages = List.copyOf(stages);
    if (stages.isEmpty() || stages.size() > MAX_STAGES) {
      throw new InvalidFlagException(
          "stages", "must be 1 to " + MAX_STAGES + ", not " + stages.size());
    }
    if (stage < 0 || stage >= stages.size()) {
      throw new InvalidFlagException("stage", "must be one of " + stages.size() + " stages");
    }
  }

  /**
   * A plan that has not begun.
   *
   * @throws InvalidFlagException naming the first stage that is a step back
   */
  public static Rollout planned(String flag, List<Stage> stages, boolean automatic) {
    for (int i = 1; i < stages.size(); i++) {
      if (stages.get(i).isBelow(stages.get(i - 1))) {
        throw new InvalidFlagException(
            "stages[" + i + "]",
            "must not be smaller than the stage before it: a rollout only goes up");
      }
    }
    return new Rollout(flag, stages, automatic, State.PENDING, 0, null, "", 0);
  }

  /** The stage that it is in, or was in last. */
  public Stage current() {
    return stages.get(stage);
  }

  /** Whether no stage follows. */
  public boolean isInLastStage() {
    return stage == stages.size() - 1;
  }

  /** Whether it has begun and is not over. */
  public boolean isUnderWay() {
    return state == State.RUNNING || state == State.PAUSED;
  }

  /** When the stage will have held long enough; null before the first. */
  public @Nullable Instant heldAt() {
    return since == null ? null : since.plus(current().hold());
  }

  /** Returns whether the stage has held long enough. */
  public boolean hasHeld(Instant now) {
    Instant end = heldAt();
    return end != null && !now.isBefore(end);
  }

  /** The same plan at the beginning of a stage. */
  public Rollout in(int newStage, Instant now) {
    return new Rollout(flag, stages, automatic, State.RUNNING, newStage, now, "", revision);
  }

  /** The same in another state. */
  public Rollout as(State newState, String newWhy) {
    return new Rollout(flag, stages, automatic, newState, stage, since, newWhy, revision);
  }

  /** The same with other stages to come. */
  public Rollout with(List<Stage> newStages, boolean isAutomatic) {
    return new Rollout(flag, newStages, isAutomatic, state, stage, since, why, revision);
  }

  /** The same, changed with that snapshot. */
  public Rollout at(long newRevision) {
    return new Rollout(flag, stages, automatic, state, stage, since, why, newRevision);
  }
}
