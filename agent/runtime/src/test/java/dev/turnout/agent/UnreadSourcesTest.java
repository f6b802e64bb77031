package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.agent.route.Rulebook;
import dev.turnout.agent.route.Rulebook.Source;
import dev.turnout.flags.Caller;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Host;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Reason;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import dev.turnout.flags.Trip;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is on while something that may stop a flag is still to be read. */
class UnreadSourcesTest {
  private static final Flag ON = Flag.named("f").edit().percentage(Percentage.FULL).done();
  private static final Flag KILLED =
      ON.edit().stop(new Stop(Stop.Kind.KILLED, "me", Instant.EPOCH, "because", null)).done();
  private static final Trip TRIP =
      new Trip("f", null, 0, "error_rate > 5 %", "threshold", 50, 100, 50, Instant.EPOCH);

  private final List<Boolean> inForce = new ArrayList<>();

  private Rulebook rules(Overrides overrides, Source... unread) {
    Rulebook rules = new Rulebook(Host.UNKNOWN, all -> inForce.add(isOn(all)), overrides);
    for (Source source : unread) {
      rules.await(source);
    }
    rules.gated("f");
    return rules;
  }

  private static boolean isOn(Rulebook.InForce all) {
    return all.decider().decide("f", "u", Caller.of(Map.of())).on();
  }

  private static Reason reason(Rulebook rules) {
    return rules.all().decider().decide("f", "u", Caller.of(Map.of())).reason();
  }

  private static Overrides pinned(String share) {
    Properties system = new Properties();
    system.setProperty("turnout.flag.f", share);
    return Overrides.read(system, Map.of());
  }

  private static Snapshot snapshot(Flag flag) {
    return new Snapshot(
        "", 1, 1, Instant.EPOCH, CanaryMode.OFF, Map.of(), Map.of(flag.name(), flag));
  }

  @ParameterizedTest
  @EnumSource(Source.class)
  void pin_isOnOnlyOnceAllIsRead(Source last) {
    Rulebook rules = rules(pinned("on"), Source.values());
    for (Source source : Source.values()) {
      if (source != last) {
        rules.known(source);
      }
    }
    assertThat(inForce).isNotEmpty().containsOnly(false);
    rules.known(last);
    assertThat(isOn(rules.all())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"on", "100"})
  void pinOfAFlagThatIsStopped_isNeverOn_whateverSaysSo(String share) {
    Rulebook byFile = rules(pinned(share), Source.values());
    byFile.known(Source.TRIPS);
    byFile.file(snapshot(KILLED));
    byFile.known(Source.SERVER);
    assertThat(reason(byFile)).isEqualTo(Reason.KILLED);

    Rulebook byServer = rules(pinned(share), Source.values());
    byServer.known(Source.TRIPS);
    byServer.file(snapshot(ON));
    byServer.server(snapshot(KILLED));
    assertThat(reason(byServer)).isEqualTo(Reason.KILLED);

    Rulebook byTrip = rules(pinned(share), Source.TRIPS, Source.FILE);
    byTrip.trips(() -> Map.of("f", TRIP));
    byTrip.known(Source.TRIPS);
    byTrip.file(snapshot(ON));
    assertThat(reason(byTrip)).isEqualTo(Reason.TRIPPED);

    assertThat(inForce).containsOnly(false);
  }

  @Test
  void pinThatIsOff_isInForceFromTheFirstCallOn() {
    Rulebook rules = rules(pinned("off"), Source.values());
    assertThat(inForce).hasSize(1);
    assertThat(reason(rules)).isEqualTo(Reason.DISABLED);
  }

  @Test
  void pinOfAGateThatIsFoundWhenAllIsRead_isOnFromTheFirstCallOn() {
    rules(pinned("on"));
    assertThat(inForce).containsExactly(true);
  }

  @Test
  void flagOfTheFile_isNotOn_whileTheServersAreUnread() {
    Rulebook rules = rules(Overrides.NONE, Source.values());
    rules.known(Source.TRIPS);
    rules.file(snapshot(ON));
    assertThat(inForce).containsOnly(false);
    rules.known(Source.SERVER);
    assertThat(inForce).endsWith(true);
  }

  @Test
  void flagOfTheFile_thatTheServerKilled_isNeverOn() {
    Rulebook rules = rules(Overrides.NONE, Source.values());
    rules.known(Source.TRIPS);
    rules.file(snapshot(ON));
    rules.server(snapshot(KILLED));
    rules.known(Source.SERVER);
    assertThat(inForce).containsOnly(false);
  }

  @Test
  void killInTheFile_isInForceAtOnce() {
    Rulebook rules = rules(Overrides.NONE, Source.SERVER);
    rules.file(snapshot(KILLED));
    assertThat(reason(rules)).isEqualTo(Reason.KILLED);
  }

  @Test
  void fileAlone_isInForceAtOnce() {
    Rulebook rules = rules(Overrides.NONE, Source.TRIPS, Source.FILE);
    rules.known(Source.TRIPS);
    rules.file(snapshot(ON));
    assertThat(inForce).endsWith(true);
  }
}
