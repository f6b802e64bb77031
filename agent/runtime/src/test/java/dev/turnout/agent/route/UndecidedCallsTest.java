package dev.turnout.agent.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.bootstrap.GateLinker;
import dev.turnout.bootstrap.GatePath;
import dev.turnout.bootstrap.GateSite;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Decider;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Host;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Snapshot;
import java.lang.invoke.MethodHandles;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UndecidedCallsTest {
  private final List<Throwable> told = new ArrayList<>();
  private final Gates gates =
      new Gates(
          new Recorders(Measure.SAMPLED),
          type -> {},
          new Gates.Troubles() {
            @Override
            public void unlinked(ClassLoader loader, String flag, String method, Throwable e) {
              throw new AssertionError(e);
            }

            @Override
            public void doubtful(ClassLoader loader, String flag, String method, String problem) {
              throw new AssertionError(problem);
            }

            @Override
            public void undecided(ClassLoader loader, String flag, String method, Throwable e) {
              told.add(e);
            }
          });

  /** A key that fails as it is read. */
  private static final class Unreadable {
    private final RuntimeException failure;

    Unreadable(RuntimeException failure) {
      this.failure = failure;
    }

    @Override
    public String toString() {
      throw failure;
    }
  }

  private void half(long revision) {
    Flag flag = Flag.named("f").edit().percentage(Percentage.of(50)).revision(revision).done();
    Snapshot snapshot =
        new Snapshot("", 1, revision, Instant.EPOCH, CanaryMode.OFF, Map.of(), Map.of("f", flag));
    gates.apply(Decider.compile(snapshot, Host.UNKNOWN, Set.of(), () -> 0));
  }

  @Test
  void isToldOnce_andOnceMoreAfterAChange() {
    half(1);
    GateSite gate =
        gates.link(
            MethodHandles.lookup(), "f", "Service.play()", "", "", GateLinker.ROUTE, "", "", "");
    RuntimeException first = new IllegalStateException("first");
    RuntimeException second = new IllegalStateException("second");
    for (int i = 0; i < 3; i++) {
      assertThat(gate.choose(new Unreadable(first)).branch).isEqualTo(GatePath.FALLBACK);
    }
    assertThat(told).containsExactly(first);
    half(2);
    for (int i = 0; i < 3; i++) {
      assertThat(gate.choose(new Unreadable(second)).branch).isEqualTo(GatePath.FALLBACK);
    }
    assertThat(told).containsExactly(first, second);
  }
}
