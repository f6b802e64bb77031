package dev.turnout.server.change;

import dev.turnout.flags.Flag;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Percentage;
import dev.turnout.server.rollout.Rollout;
import dev.turnout.server.rollout.Rollout.State;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The changes of staged rollouts. Each changes the rollout and its flag together or not at all;
 * raising is refused as any raising is.
 */
public final class RolloutChanges {
  private RolloutChanges() {}

  /**
   * Plans a rollout, or plans it anew. While it is under way, the stages up to the present one stay
   * as they are.
   */
  public static Change plan(Rollout plan) {
    return draft -> {
      Flag flag = draft.flag(plan.flag());
      // Stages that the flag cannot have are wrong now, and not in the night that they begin.
      plan.stages().forEach(stage -> stage.of(flag));
      Rollout was = draft.findRollout(plan.flag());
      checkLadder(plan, flag, was);
      if (was != null && was.isUnderWay()) {
        int passed = was.stage() + 1;
        if (plan.stages().size() < passed
            || !plan.stages().subList(0, passed).equals(was.stages().subList(0, passed))) {
          throw new RefusedException(
              "the rollout of "
                  + plan.flag()
                  + " is in stage "
                  + passed
                  + ": stages up to that one stay as they are; roll it back to begin anew");
        }
        draft.rollout("rollout-plan", was.with(plan.stages(), plan.automatic()));
      } else {
        draft.rollout("rollout-plan", plan);
      }
    };
  }

  // Nobody is there to override it when a stage begins by itself.
  private static void checkLadder(Rollout plan, Flag flag, @Nullable Rollout was) {
    if (!plan.automatic()) {
      return;
    }
    Percentage at = Exposure.shareOfAll(flag);
    int next = 0;
    if (was != null && was.isUnderWay()) {
      at = was.current().shareOfAll();
      next = was.stage() + 1;
    }
    for (int i = next; i < plan.stages().size(); i++) {
      Percentage share = plan.stages().get(i).shareOfAll();
      Percentage reached = at;
      Optional<Percentage> step =
          flag.ladder().stream().filter(each -> each.compareTo(reached) > 0).findFirst();
      if (step.isPresent() && share.compareTo(step.get()) > 0) {
        throw new InvalidFlagException(
            "stages[" + i + "]",
            "leaves out the step "
                + step.get()
                + " of the ladder of "
                + flag.name()
                + ": give it a stage, or change the ladder, or advance by hand (automatic: false)");
      }
      at = share;
    }
  }

  /** Forgets a rollout that is not under way. The flag stays as it is. */
  public static Change delete(String flag) {
    return draft -> {
      if (draft.rollout(flag).isUnderWay()) {
        throw new RefusedException(
            "the rollout of " + flag + " is under way: roll it back or let it come to its end");
      }
      draft.removeRollout(flag);
    };
  }

  /** Begins with the first stage, for the first time or again. */
  public static Change start(String flag) {
    return draft -> {
      Rollout rollout = draft.rollout(flag);
      if (rollout.isUnderWay()) {
        throw new RefusedException(
            "the rollout of " + flag + " is under way, in stage " + (rollout.stage() + 1));
      }
      enter(draft, "rollout-start", rollout.in(0, draft.now()));
    };
  }

  /** Has it stay in its stage until somebody goes on with it. */
  public static Change pause(String flag, String why) {
    return draft -> {
      Rollout rollout = draft.rollout(flag);
      if (!rollout.isUnderWay()) {
        throw new RefusedException(
            "the rollout of " + flag + " is " + words(rollout) + ": there is nothing to pause");
      }
      if (rollout.state() == State.RUNNING) {
        draft.rollout("rollout-pause", rollout.as(State.PAUSED, why));
      }
    };
  }

  /** Goes on with the stage in which it was paused, which holds from now again. */
  public static Change resume(String flag) {
    return draft -> {
      Rollout rollout = draft.rollout(flag);
      if (rollout.state() == State.RUNNING) {
        return;
      }
      require(rollout, State.PAUSED, "resume");
      enter(draft, "rollout-resume", rollout.in(rollout.stage(), draft.now()));
    };
  }

  /** Goes to the next stage, or ends the rollout after the last. */
  public static Change advance(String flag) {
    return draft -> {
      Rollout rollout = draft.rollout(flag);
      require(rollout, State.RUNNING, "advance");
      if (rollout.isInLastStage()) {
        draft.rollout("rollout-complete", rollout.as(State.COMPLETED, ""));
      } else {
        enter(draft, "rollout-advance", rollout.in(rollout.stage() + 1, draft.now()));
      }
    };
  }

  /**
   * Takes all callers back to the fallback: disables the flag and leaves it at 0 %, so that nothing
   * but a new start brings the share back.
   */
  public static Change rollback(String flag, String why) {
    return draft -> {
      Rollout rollout = draft.rollout(flag);
      Flag was = draft.flag(flag);
      Map<String, Percentage> rings = new LinkedHashMap<>(was.rings());
      rings.replaceAll((ring, share) -> Percentage.ZERO);
      draft.replace(
          "rollback",
          was.edit().enabled(false).percentage(Percentage.ZERO).rings(rings).done(),
          null);
      if (rollout.state() != State.ROLLED_BACK) {
        draft.rollout("rollout-rollback", rollout.as(State.ROLLED_BACK, why));
      }
    };
  }

  private static void enter(Draft draft, String action, Rollout rollout) {
    Flag flag = draft.flag(rollout.flag());
    if (flag.stop() != null) {
      throw new RefusedException(
          rollout.flag() + " is stopped: reset it before its rollout can go on");
    }
    draft.replace("stage", rollout.current().of(flag), null);
    draft.rollout(action, rollout);
  }

  private static void require(Rollout rollout, State state, String step) {
    if (rollout.state() != state) {
      throw new RefusedException(
          "cannot "
              + step
              + " the rollout of "
              + rollout.flag()
              + ", which is "
              + words(rollout)
              + (rollout.state() == State.PAUSED ? ": resume it first" : ": start it first"));
    }
  }

  private static String words(Rollout rollout) {
    return rollout.state().wireName().replace('_', ' ');
  }
}
