package dev.turnout.server.fleet;

import dev.turnout.flags.Flag;
import dev.turnout.server.change.Author;
import dev.turnout.server.change.Change;
import dev.turnout.server.change.Changes;
import dev.turnout.server.change.NotFoundException;
import dev.turnout.server.change.RefusedException;
import dev.turnout.server.change.RolloutChanges;
import dev.turnout.server.change.StoreAwayException;
import dev.turnout.server.rollout.Rollout;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes rollouts on without anybody asking: to the next stage once the present one has held, enough
 * calls of the new path were seen and nothing refuses it; to a halt once an instance keeps the flag
 * off by itself.
 *
 * <p>Every server does this, for there is no leader to lose: a step is made only if the rollout is
 * still at the revision that was looked at, so that of several servers one makes it, and one that
 * slept over it makes none. While the store is away, rollouts stay where they are. One thread only
 * goes on with them; any may ask what they wait for.
 */
public final class RolloutClock {
  private static final Logger log = LoggerFactory.getLogger(RolloutClock.class);

  // No token can have this name.
  private static final String NAME = "(rollout)";
  private static final Duration FIRST_LOOK = Duration.ofMinutes(1);
  private static final String TRIPPED = "an instance keeps the flag off by itself";

  private final Changes changes;
  private final Fleet fleet;
  private final Clock clock;
  private final Instant started;
  private final Map<String, String> waits = new ConcurrentHashMap<>();

  /** Takes on the rollouts of {@code changes} by what {@code fleet} reports. */
  public RolloutClock(Changes changes, Fleet fleet, Clock clock) {
    this.changes = changes;
    this.fleet = fleet;
    this.clock = clock;
    started = clock.instant();
  }

  /** Makes every step that is due. To be called about once a second. */
  public void tick() {
    List<Rollout> running =
        changes.kept().rollouts().values().stream()
            .filter(rollout -> rollout.state() == Rollout.State.RUNNING)
            .toList();
    waits.keySet().retainAll(running.stream().map(Rollout::flag).toList());
    running.forEach(this::look);
  }

  /**
   * What a flag's rollout waits for although its stage has held; null if it does not, or not that
   * this server knows of.
   */
  public @Nullable String waitsFor(String flag) {
    return waits.get(flag);
  }

  private void look(Rollout rollout) {
    String name = rollout.flag();
    Flag flag = changes.current().flag(name);
    if (flag != null && fleet.isTrippedSomewhere(flag)) {
      step(rollout, TRIPPED, RolloutChanges.pause(name, TRIPPED));
      return;
    }
    Instant now = clock.instant();
    if (!rollout.automatic() || !rollout.hasHeld(now) || flag == null) {
      waits.remove(name);
      return;
    }
    if (!isSeen(rollout, now)) {
      waits.put(name, "this server has just started and gives agents time to report");
      return;
    }
    long wanted = rollout.current().minCalls();
    long calls =
        wanted == 0
            ? 0
            : new FlagCounts(fleet.agents(), name, revision -> revision == flag.revision())
                .on()
                .calls();
    if (calls >= wanted) {
      step(
          rollout,
          "the stage has held since " + rollout.since() + ", with " + calls + " calls",
          RolloutChanges.advance(name));
    } else {
      waits.put(name, calls + " of the " + wanted + " calls that the stage asks for were seen");
    }
  }

  // Nothing was seen while no server ran: agents are given time to come back and say what they saw.
  private boolean isSeen(Rollout rollout, Instant now) {
    Duration hold = rollout.current().hold();
    return !now.isBefore(started.plus(hold.compareTo(FIRST_LOOK) < 0 ? hold : FIRST_LOOK));
  }

  private void step(Rollout seen, String why, Change change) {
    try {
      changes.apply(
          new Author(NAME, why, Set.of()),
          draft -> {
            Rollout rollout = draft.findRollout(seen.flag());
            if (rollout != null && rollout.revision() == seen.revision()) {
              change.apply(draft);
            }
          });
      waits.remove(seen.flag());
    } catch (StoreAwayException e) {
      waits.put(seen.flag(), "the store, which is away");
    } catch (RefusedException | NotFoundException e) {
      // Until it is over, such as a blackout; told once, and not every second.
      String message = String.valueOf(e.getMessage());
      if (!message.equals(waits.put(seen.flag(), message))) {
        log.warn("The rollout of {} waits: {}", seen.flag(), message);
      }
    }
  }
}
