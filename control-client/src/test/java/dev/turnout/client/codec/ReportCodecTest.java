package dev.turnout.client.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnout.flags.Host;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Report;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class ReportCodecTest {
  private static void assertRefused(String field, Consumer<ObjectNode> change) {
    ObjectNode json = (ObjectNode) Json.parse(ReportCodec.write(Samples.report()));
    change.accept(json);
    assertThatExceptionOfType(InvalidFlagException.class)
        .isThrownBy(() -> ReportCodec.read(Json.bytes(json)))
        .satisfies(e -> assertThat(e.field()).isEqualTo(field));
  }

  private static ObjectNode first(ObjectNode json, String list) {
    return (ObjectNode) json.get(list).get(0);
  }

  @Test
  void read_ofWritten_isTheSame() {
    assertThat(ReportCodec.read(ReportCodec.write(Samples.report()))).isEqualTo(Samples.report());
  }

  @Test
  void read_ofWhatCannotBeTrue_namesTheField() {
    assertRefused("service", json -> json.put("service", "a b"));
    assertRefused("sequence", json -> json.put("sequence", -1));
    assertRefused("counts.errors", json -> first(json, "counts").put("errors", 11));
    assertRefused("counts.calls", json -> first(json, "counts").put("calls", -1));
    assertRefused("counts.calls", json -> first(json, "counts").put("calls", Long.MAX_VALUE));
    assertRefused("counts.path", json -> first(json, "counts").put("path", "old"));
    assertRefused("counts.variant", json -> first(json, "counts").put("variant", "a b"));
    assertRefused("counts.variant", json -> first(json, "counts").put("variant", "off"));
    assertRefused("counts.variant", json -> first(json, "counts").put("path", "fallback"));
    assertRefused("trips.variant", json -> first(json, "trips").put("variant", "two\nlines"));
    assertRefused("counts.flag", json -> first(json, "counts").put("flag", "<b>"));
    assertRefused("trips.bad", json -> first(json, "trips").put("bad", 118));
    assertRefused("trips.calls", json -> first(json, "trips").put("calls", 0).put("bad", 0));
    assertRefused("trips.bad", json -> first(json, "trips").put("bad", 0));
    assertRefused("trips.observed", json -> first(json, "trips").put("observed", 1e300));
    assertRefused("trips.limit", json -> first(json, "trips").put("limit", "x".repeat(65)));
    assertRefused("trips.limit", json -> first(json, "trips").put("limit", "two\nlines"));
    assertRefused("trips.rule", json -> first(json, "trips").put("rule", "x".repeat(33)));
    assertRefused("trips.at", json -> first(json, "trips").put("at", "yesterday"));
    assertRefused("gates.wired", json -> first(json, "gates").put("wired", "yes"));
    assertRefused(
        "counts.latency.buckets",
        json -> first(json, "counts").withObject("latency").withObject("buckets").put("504", 1));
    assertRefused(
        "counts",
        json -> {
          for (int i = 0; i < ReportCodec.MAX_COUNTS; i++) {
            json.withArray("counts").addObject();
          }
        });
  }

  @Test
  void read_tripThatCannotBeTrue_costsNoOtherAndNoCounts() {
    ObjectNode json = (ObjectNode) Json.parse(ReportCodec.write(Samples.report()));
    ObjectNode odd = first(json, "trips").deepCopy().put("flag", "odd").put("bad", 118);
    json.withArray("trips").insert(0, odd).addObject().put("flag", 4);
    List<String> refused = new ArrayList<>();
    Report read =
        ReportCodec.read(
            Json.bytes(json), (flag, problem) -> refused.add(flag + " " + problem.field()));
    assertThat(read).isEqualTo(Samples.report());
    assertThat(refused).containsExactly("odd trips.bad", "4 trips.calls");
  }

  @Test
  void read_ofAnOlderAgents_goesByThePath() {
    ObjectNode json = (ObjectNode) Json.parse(ReportCodec.write(Samples.report()));
    json.get("counts").forEach(count -> ((ObjectNode) count).remove("variant"));
    first(json, "trips").remove("variant");
    Report read = ReportCodec.read(Json.bytes(json));
    assertThat(read.counts()).extracting(Report.Count::variant).containsExactly("on", "on", "off");
    assertThat(read.trips().get(0).variant()).isNull();
  }

  private static Report with(List<Report.Gate> gates, List<Report.Count> counts) {
    Report sample = Samples.report();
    return new Report(
        sample.host(),
        sample.bootId(),
        sample.sequence(),
        sample.agentVersion(),
        sample.epoch(),
        sample.revision(),
        gates,
        counts,
        sample.trips());
  }

  @Test
  void write_refusedGates_canBeRead_whateverTheirNames() {
    Report.Gate nameless = new Report.Gate("", "a.B", false, "its class loader hides us");
    Report.Gate wordy = new Report.Gate("not a name", "a.B#c" + "x".repeat(5_000), false, "no");
    Report read = ReportCodec.read(ReportCodec.write(with(List.of(nameless, wordy), List.of())));
    assertThat(read.gates().get(0)).isEqualTo(nameless);
    assertThat(read.gates().get(1).method()).hasSize(1_000);
  }

  @Test
  void write_moreThanAServerTakes_tellsTheTrips() {
    Report.Count count = Samples.report().counts().get(0);
    List<Report.Gate> gates =
        Collections.nCopies(20_000, new Report.Gate("f", "a.B#" + "c".repeat(100), true, null));
    byte[] json = ReportCodec.write(with(gates, Collections.nCopies(30_000, count)));
    assertThat(json.length).isLessThan(1_000_000);
    assertThat(ReportCodec.read(json).trips()).isEqualTo(Samples.report().trips());
  }

  @Test
  void labels() {
    Host host = new Host("game", "game-1", "", Map.of("tier", "web"));
    Report sample = Samples.report();
    Report labelled =
        new Report(host, "b", 1, "1", 1, 1, sample.gates(), sample.counts(), sample.trips());
    assertThat(ReportCodec.read(ReportCodec.write(labelled)).host()).isEqualTo(host);
    assertRefused("labels", json -> json.putObject("labels").put("a b", "c"));
    assertRefused("labels.a", json -> json.putObject("labels").put("a", 5));
  }
}
