package dev.turnout.client.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnout.flags.InvalidFlagException;
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
}
