package dev.turnout.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.client.codec.ReportCodec;
import dev.turnout.client.codec.Samples;
import dev.turnout.flags.Report;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RefusalsTest {
  private long now;
  private final Refusals refusals =
      new Refusals(new Sources(Clock.systemUTC(), () -> now, new Random(1)));

  @Test
  void partsAreFew_andSayHowManyMoreThereAre() {
    refusals.parts("1:2", Collections.nCopies(57, "flag x: y".repeat(100)));

    assertThat(refusals.list()).hasSize(10);
    assertThat(refusals.list()).allMatch(refusal -> refusal.reason().length() <= 300);
    assertThat(refusals.list().get(9).reason()).isEqualTo("only in part: 48 more of its parts");
  }

  @Test
  void partsAreTold_longAfterWholeSnapshotsAreForgotten() {
    refusals.parts("1:2", List.of("flag x: y"));
    refusals.add("1:3", "it is not signed");
    assertThat(refusals.list())
        .extracting(Report.Refusal::reason)
        .containsExactly("only in part: flag x: y", "it is not signed");

    now += Duration.ofHours(2).toNanos();

    assertThat(refusals.list())
        .extracting(Report.Refusal::reason)
        .containsExactly("only in part: flag x: y");
  }

  @Test
  void allOfThem_fitAReport_whateverTheyQuote() {
    refusals.parts("1:2", Collections.nCopies(57, "half of a pair: \ud83d"));
    IntStream.range(0, 20).forEach(i -> refusals.add("1:" + i, i + "\ud83d\ude00".repeat(400)));
    Report sample = Samples.report();
    Report report =
        new Report(
            sample.host(),
            sample.bootId(),
            1,
            "1",
            0,
            0,
            List.of(),
            List.of(),
            List.of(),
            new Report.Delivery(null, null, refusals.list()));

    assertThat(ReportCodec.read(ReportCodec.write(report)).delivery().refused()).hasSize(20);
  }
}
