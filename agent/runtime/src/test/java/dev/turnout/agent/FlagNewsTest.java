package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FlagNewsTest {
  private final FlagNews news = new FlagNews();

  private static Snapshot snapshot(long revision, Flag... flags) {
    Map<String, Flag> byName = new TreeMap<>();
    for (Flag flag : flags) {
      byName.put(flag.name(), flag);
    }
    return new Snapshot("", 0, revision, Instant.EPOCH, CanaryMode.OFF, Map.of(), byName);
  }

  private List<String> lines(Snapshot snapshot) {
    return news.lines(List.of("f"), snapshot, Map.of(), false);
  }

  private static Flag at(double percent) {
    return Flag.named("f").edit().percentage(Percentage.of(percent)).done();
  }

  @Test
  void eachChange_isToldOnce() {
    assertThat(lines(snapshot(1, at(10)))).containsExactly("flag f: 10 %; revision 1");
    assertThat(lines(snapshot(1, at(10)))).isEmpty();
    assertThat(lines(snapshot(2, at(10)))).isEmpty();
    assertThat(lines(snapshot(3, at(25))))
        .containsExactly("flag f: 25 %; before: 10 %; revision 3");
    Stop stop = new Stop(Stop.Kind.KILLED, "ann", Instant.EPOCH, "because", null);
    assertThat(lines(snapshot(4, at(25).edit().stop(stop).done())))
        .containsExactly("flag f: killed by ann, so off; before: 25 %; revision 4");
  }

  @Test
  void unknownFlag_isToldOnceItWillNotCome() {
    assertThat(lines(snapshot(1))).isEmpty();
    assertThat(news.lines(List.of("f"), snapshot(1), Map.of(), true))
        .containsExactly("flag f: not known, so off; revision 1");
    assertThat(news.lines(List.of("f"), snapshot(1), Map.of(), true)).isEmpty();
  }
}
