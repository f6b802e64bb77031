package dev.turnout.agent.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnout.agent.Overrides;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Host;
import dev.turnout.flags.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RulebookTest {
  private final List<Rulebook.InForce> inForce = new ArrayList<>();
  private boolean memoryIsFull;
  private final Rulebook rules = new Rulebook(Host.UNKNOWN, this::apply, Overrides.NONE);

  private void apply(Rulebook.InForce next) {
    if (memoryIsFull) {
      throw new OutOfMemoryError("as if");
    }
    inForce.add(next);
  }

  private static Snapshot snapshot(long revision) {
    return new Snapshot(
        "", 1, revision, Instant.EPOCH, CanaryMode.OFF, Map.of(), Map.of("f", Flag.named("f")));
  }

  @Test
  void changeThatMetAnError_isPutInForceLater_andNotAcknowledgedBefore() {
    rules.server(snapshot(1));
    memoryIsFull = true;
    assertThatThrownBy(() -> rules.server(snapshot(2))).isInstanceOf(OutOfMemoryError.class);
    assertThat(rules.serverSnapshot().revision()).isEqualTo(1);
    assertThatThrownBy(rules::catchUp).isInstanceOf(OutOfMemoryError.class);
    memoryIsFull = false;
    rules.catchUp();
    assertThat(inForce).hasSize(2);
    assertThat(rules.serverSnapshot().revision()).isEqualTo(2);
    rules.catchUp();
    assertThat(inForce).hasSize(2);
  }
}
