package dev.turnout.server.change;

import dev.turnout.flags.Canary;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import dev.turnout.server.rollout.Rollout;
import dev.turnout.server.rollout.Stage;
import dev.turnout.server.store.Kept;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what raises exposure at a bad time or in too large a step, unless a person who has seen
 * the refusal goes against it. All is held against what was in force before the whole change, so
 * that no detour gets around it. What puts nobody on a new path who was not there before is never
 * looked at here, let alone refused.
 */
final class Guard {
  private static final int MOST_NAMED = 5;

  private final Snapshot before;
  private final Snapshot after;
  private final Map<String, Rollout> rolloutsBefore;
  private final Map<String, Rollout> rolloutsAfter;
  private final Set<String> raised = new LinkedHashSet<>();
  private final EnumSet<Refusal> against = EnumSet.noneOf(Refusal.class);
  private final EnumSet<Refusal> missing = EnumSet.noneOf(Refusal.class);
  private final List<String> refusals = new ArrayList<>();
  private final Author author;

  private Guard(Kept before, Kept after, Author author) {
    this.before = before.snapshot();
    this.after = after.snapshot();
    rolloutsBefore = before.rollouts();
    rolloutsAfter = after.rollouts();
    this.author = author;
    this.after.flags().values().stream()
        .filter(flag -> Exposure.isRaised(this.before, this.after, was(flag), flag))
        .forEach(flag -> raised.add(flag.name()));
  }

  // A flag that is new was at 0 % before.
  private Flag was(Flag is) {
    Flag was = before.flag(is.name());
    return was != null
        ? was
        : is.edit()
            .enabled(true)
            .stop(null)
            .strategy(Flag.Strategy.PERCENTAGE)
            .percentage(Percentage.ZERO)
            .rings(Map.of())
            .canary(Canary.NONE)
            .done();
  }

  /**
   * Checks a change.
   *
   * @param policy asked for only if something is raised
   * @param trippedSomewhere whether an instance that is connected keeps the flag off by itself
   * @return the refusals that the author went against
   * @throws RefusedException naming all that the author did not
   */
  static Set<Refusal> check(
      Kept before,
      Kept after,
      Author author,
      Instant now,
      Supplier<Policy> policy,
      Predicate<Flag> trippedSomewhere) {
    Guard guard = new Guard(before, after, author);
    guard.checkFrozen();
    guard.checkHolds(now);
    if (!guard.raised.isEmpty()) {
      guard.checkLadders();
      guard.checkDependencies(trippedSomewhere);
      Policy inForce = policy.get();
      guard.checkBlackouts(inForce, now);
      if (inForce.oneRollout()) {
        guard.checkOtherRollouts();
      }
    }
    return guard.outcome();
  }

  private Set<Refusal> outcome() {
    if (!missing.isEmpty()) {
      String names = missing.stream().map(Refusal::wireName).collect(Collectors.joining(","));
      throw new RefusedException(
          String.join("; ", refusals)
              + ". To do it all the same, give a reason and override="
              + names,
          missing);
    }
    return against;
  }

  private void refuse(Refusal override, String why) {
    against.add(override);
    if (!author.overrides().contains(override)) {
      missing.add(override);
      refusals.add(why);
    }
  }

  private void checkFrozen() {
    for (Flag flag : before.flags().values()) {
      String name = flag.name();
      if (flag.frozen() && raised.contains(name)) {
        refuse(
            Refusal.FROZEN,
            name + " is frozen: unfreeze it before more callers may reach its new path");
      } else if (flag.frozen() && Exposure.isSplitChanged(before, after, name)) {
        refuse(
            Refusal.FROZEN,
            name + " is frozen: unfreeze it before its callers may get other variants");
      }
    }
  }

  private void checkHolds(Instant now) {
    for (Rollout was : rolloutsBefore.values()) {
      if (was.isUnderWay() && !was.hasHeld(now) && (isFurther(was) || isRaisedBeside(was))) {
        refuse(
            Refusal.HOLD,
            was.flag()
                + " is to stay in stage "
                + (was.stage() + 1)
                + " of its rollout until "
                + was.heldAt());
      }
    }
  }

  private boolean isFurther(Rollout was) {
    Rollout is = rolloutsAfter.get(was.flag());
    return is != null
        && (is.state() == Rollout.State.COMPLETED || (is.isUnderWay() && is.stage() > was.stage()));
  }

  // By another way than its stages. Who only brings the present stage back goes by them.
  private boolean isRaisedBeside(Rollout was) {
    return raised.contains(was.flag()) && !isInItsStage(was);
  }

  private boolean isInItsStage(Rollout was) {
    Flag is = after.flag(was.flag());
    return is != null && was.current().isInForce(is);
  }

  private void checkLadders() {
    for (String name : raised) {
      List<Percentage> ladder = ladder(name);
      Percentage was = Exposure.shareOfAll(before.flag(name));
      Percentage is = Exposure.shareOfAll(after.flag(name));
      Percentage reached = isByLadder(name) ? was : reached(name, was);
      ladder.stream()
          .filter(step -> step.compareTo(reached) > 0)
          .findFirst()
          .filter(next -> is.compareTo(next) > 0)
          .ifPresent(
              next ->
                  refuse(
                      Refusal.LADDER,
                      name
                          + " is at "
                          + was
                          + " and the next step of its "
                          + (isByLadder(name) ? "ladder" : "rollout")
                          + " is "
                          + next
                          + ", not "
                          + is));
    }
  }

  // The one before the change, or a change could leave out steps by taking the ladder away.
  private List<Percentage> ladder(String name) {
    Flag was = before.flag(name);
    Flag is = after.flag(name);
    if (was != null && !was.ladder().isEmpty()) {
      return was.ladder();
    }
    if (is != null && !is.ladder().isEmpty()) {
      return is.ladder();
    }
    Rollout rollout = rolloutsBefore.get(name);
    return rollout != null && rollout.isUnderWay()
        ? rollout.stages().stream().map(Stage::shareOfAll).sorted().distinct().toList()
        : List.of();
  }

  // A rollout goes on from the stage that it was paused in, however low the flag is meanwhile.
  private Percentage reached(String name, Percentage share) {
    Rollout rollout = rolloutsBefore.get(name);
    Percentage stage =
        rollout != null && rollout.isUnderWay() ? rollout.current().shareOfAll() : Percentage.ZERO;
    return stage.compareTo(share) > 0 ? stage : share;
  }

  private boolean isByLadder(String name) {
    return Stream.of(before.flag(name), after.flag(name))
        .anyMatch(flag -> flag != null && !flag.ladder().isEmpty());
  }

  private void checkDependencies(Predicate<Flag> trippedSomewhere) {
    Set<String> told = new LinkedHashSet<>();
    for (String name : raised) {
      checkDependencies(name, name, trippedSomewhere, told);
    }
  }

  private void checkDependencies(
      String name, String raisedFlag, Predicate<Flag> trippedSomewhere, Set<String> told) {
    Flag flag = after.flag(name);
    if (flag == null) {
      return;
    }
    for (String dependency : flag.dependencies()) {
      Flag on = after.flag(dependency);
      String state = on == null ? "gone" : state(on, trippedSomewhere);
      if (!state.isEmpty() && told.add(raisedFlag + " " + dependency)) {
        refuse(
            Refusal.DEPENDENCY, raisedFlag + " depends on " + dependency + ", which is " + state);
      }
      checkDependencies(dependency, raisedFlag, trippedSomewhere, told);
    }
  }

  private static String state(Flag flag, Predicate<Flag> trippedSomewhere) {
    Stop stop = flag.stop();
    if (stop != null) {
      return stop.kind() == Stop.Kind.KILLED ? "killed" : "tripped";
    }
    if (!flag.enabled()) {
      return "disabled";
    }
    return trippedSomewhere.test(flag) ? "tripped on an instance" : "";
  }

  private void checkBlackouts(Policy policy, Instant now) {
    policy.blackouts().stream()
        .filter(blackout -> blackout.includes(now))
        .findFirst()
        .ifPresent(
            blackout ->
                refuse(
                    Refusal.BLACKOUT,
                    "nothing is raised during \""
                        + blackout.name()
                        + "\" ("
                        + blackout.describe()
                        + "), so not "
                        + named(raised)));
  }

  private void checkOtherRollouts() {
    Set<String> starters =
        raised.stream()
            .filter(name -> isByLadder(name) || isUnderWay(rolloutsAfter.get(name)))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    Set<String> others =
        before.flags().values().stream()
            .filter(flag -> isOnItsWayUp(flag) || isUnderWay(rolloutsBefore.get(flag.name())))
            .map(Flag::name)
            .filter(name -> !raised.contains(name))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    if (!starters.isEmpty() && !others.isEmpty()) {
      refuse(
          Refusal.ROLLOUT,
          named(others)
              + " is on its way up, and one flag at a time is rolled out, so not "
              + named(starters)
              + " as well");
    }
  }

  private static boolean isUnderWay(@Nullable Rollout rollout) {
    return rollout != null && rollout.isUnderWay();
  }

  private static boolean isOnItsWayUp(Flag flag) {
    Percentage share = Exposure.shareOfAll(flag);
    return !flag.ladder().isEmpty()
        && share.compareTo(Percentage.ZERO) > 0
        && share.compareTo(Percentage.FULL) < 0;
  }

  private static String named(Set<String> names) {
    String some = names.stream().limit(MOST_NAMED).collect(Collectors.joining(", "));
    int more = names.size() - MOST_NAMED;
    return more > 0 ? some + " and " + more + " more" : some;
  }
}
