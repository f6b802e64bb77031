package dev.turnout.server.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.client.codec.FlagCodec;
import dev.turnout.flags.Canary;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.FlagEdit;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.RingMembers;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import dev.turnout.flags.Trip;
import dev.turnout.server.store.AuditEntry;
import dev.turnout.server.store.EnvironmentJson;
import dev.turnout.server.store.Kept;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What may be done while nobody knows how things stand, and is done again on top of them. */
final class LoweringTest {
  private static final Instant NOW = Instant.parse("2026-01-01T10:00:00Z");
  private static final Stop KILL = new Stop(Stop.Kind.KILLED, "ann", NOW, "why", null);
  private static final Flag FLAG =
      Flag.named("x")
          .edit()
          .revision(5)
          .percentage(50)
          .rings(Map.of("beta", Percentage.of(50)))
          .done();

  private static Stop trip(long flagRevision) {
    Trip trip =
        new Trip("x", "on", flagRevision, "error_rate > 5 %", "threshold", 20, 100, 20, NOW);
    return new Stop(Stop.Kind.TRIPPED, "game/1", NOW, "breached", trip);
  }

  private static Snapshot snapshot(Flag flag) {
    return snapshot(flag, CanaryMode.OFF);
  }

  private static Snapshot snapshot(Flag flag, CanaryMode canary) {
    return new Snapshot("default", 1, 7, NOW, canary, Map.of(), Map.of(flag.name(), flag));
  }

  private static boolean isLowering(UnaryOperator<FlagEdit> edit) {
    return Lowering.isAll(snapshot(FLAG), snapshot(edit.apply(FLAG.edit()).revision(8).done()));
  }

  private static boolean isLowering(CanaryMode before, CanaryMode after) {
    return Lowering.isAll(snapshot(FLAG, before), snapshot(FLAG, after));
  }

  private static Flag redone(Flag base, Flag after) {
    Draft draft = new Draft(Kept.of(snapshot(base)), 20, Author.named("server"), NOW);
    Lowering.redo(
        draft,
        new AuditEntry(
            8,
            NOW,
            "ann",
            "update",
            "x",
            FlagCodec.toJson(FLAG).toString(),
            FlagCodec.toJson(after).toString(),
            null,
            ""));
    return draft.flag("x");
  }

  @Test
  void stops_andSmallerShares_areLowering() {
    assertThat(isLowering(edit -> edit.stop(KILL))).isTrue();
    assertThat(isLowering(edit -> edit.stop(trip(5)))).isTrue();
    assertThat(isLowering(edit -> edit.enabled(false))).isTrue();
    assertThat(isLowering(edit -> edit.frozen(true))).isTrue();
    assertThat(isLowering(edit -> edit.percentage(49.999))).isTrue();
    assertThat(isLowering(edit -> edit.rings(Map.of("beta", Percentage.ZERO)))).isTrue();
  }

  @Test
  void anythingElse_isNot() {
    assertThat(isLowering(edit -> edit.percentage(50.001))).isFalse();
    assertThat(isLowering(edit -> edit.stop(KILL).percentage(51))).isFalse();
    assertThat(isLowering(edit -> edit.stop(KILL).description("d"))).isFalse();
    assertThat(isLowering(edit -> edit.rings(Map.of()))).isFalse();
    assertThat(isLowering(edit -> edit.strategy(Flag.Strategy.RING))).isFalse();
    assertThat(isLowering(edit -> edit.limits(List.of()).resetRevision(8))).isFalse();
    assertThat(isLowering(edit -> edit.canary(new Canary(Set.of("s"), Set.of(), Set.of()))))
        .isFalse();
    assertThat(Lowering.isAll(snapshot(FLAG), snapshot(Flag.named("y")))).isFalse();
    assertThat(
            Lowering.isAll(
                snapshot(FLAG),
                new Snapshot(
                    "default",
                    1,
                    8,
                    NOW,
                    CanaryMode.OFF,
                    Map.of("beta", RingMembers.NONE),
                    Map.of("x", FLAG))))
        .isFalse();
  }

  @Test
  void lessCanaryMode_isLowering_andMoreIsNot() {
    CanaryMode on = new CanaryMode(true, Set.of("u", "v"));
    assertThat(isLowering(on, new CanaryMode(false, Set.of("u", "v")))).isTrue();
    assertThat(isLowering(on, new CanaryMode(true, Set.of("u")))).isTrue();
    assertThat(isLowering(on, new CanaryMode(true, Set.of("u", "w")))).isFalse();
    assertThat(isLowering(CanaryMode.OFF, new CanaryMode(true, Set.of()))).isFalse();
  }

  @Test
  void redo_ofADecrease_neverRaises() {
    Flag after = FLAG.edit().percentage(40).rings(Map.of("beta", Percentage.of(30))).done();
    Flag lower = FLAG.edit().percentage(10).rings(Map.of("beta", Percentage.ZERO)).done();
    Flag higher =
        FLAG.edit().percentage(90).rings(Map.of("ga", Percentage.FULL)).description("d").done();

    assertThat(redone(lower, after)).isEqualTo(lower);
    assertThat(redone(higher, after)).isEqualTo(higher.edit().revision(20).percentage(40).done());
  }

  @Test
  void redo_ofAKill_standsOnTopOfWhateverCameMeanwhile() {
    Flag meanwhile = FLAG.edit().resetRevision(9).percentage(100).stop(trip(5)).done();
    assertThat(redone(meanwhile, FLAG.edit().stop(KILL).done()).stop()).isEqualTo(KILL);
  }

  @Test
  void redo_ofAKill_keepsAnEarlierOne() {
    Stop other = new Stop(Stop.Kind.KILLED, "bob", NOW, "first", null);
    Flag killed = FLAG.edit().stop(other).done();
    assertThat(redone(killed, FLAG.edit().stop(KILL).done())).isEqualTo(killed);
  }

  @Test
  void redo_ofATrip_isVoidAfterALaterReset() {
    Flag tripped = FLAG.edit().stop(trip(5)).done();
    assertThat(redone(FLAG.edit().resetRevision(6).done(), tripped).stop()).isNull();
    assertThat(redone(FLAG.edit().resetRevision(5).done(), tripped).stop()).isEqualTo(trip(5));
  }

  @Test
  void redo_ofAFlagThatIsGone_isEnteredOnly() {
    Draft draft = new Draft(Kept.of(snapshot(Flag.named("y"))), 20, Author.named("server"), NOW);
    Lowering.redo(
        draft,
        new AuditEntry(
            8,
            NOW,
            "ann",
            "kill",
            "x",
            FlagCodec.toJson(FLAG).toString(),
            FlagCodec.toJson(FLAG.edit().stop(KILL).done()).toString(),
            null,
            ""));
    assertThat(draft.names()).containsExactly("y");
    assertThat(draft.entries(Set.of()))
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.actor() + " " + entry.action() + " " + entry.flag())
                  .isEqualTo("ann kill x");
              assertThat(entry.after()).isNull();
            });
  }

  @Test
  void redo_ofCanaryMode_takesAwayOnlyWhatWasTakenAway() {
    CanaryMode before = new CanaryMode(true, Set.of("u", "v"));
    CanaryMode after = new CanaryMode(true, Set.of("v"));
    Draft draft =
        new Draft(
            Kept.of(snapshot(FLAG, new CanaryMode(true, Set.of("u", "w")))),
            20,
            Author.named("server"),
            NOW);
    Lowering.redo(
        draft,
        new AuditEntry(
            8,
            NOW,
            "ann",
            "canary",
            null,
            EnvironmentJson.canary(before).toString(),
            EnvironmentJson.canary(after).toString(),
            null,
            ""));
    assertThat(draft.canary()).isEqualTo(new CanaryMode(true, Set.of("w")));
  }
}
