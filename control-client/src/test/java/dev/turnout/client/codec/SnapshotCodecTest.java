package dev.turnout.client.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnout.flags.Caller;
import dev.turnout.flags.Decider;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Host;
import dev.turnout.flags.Placement;
import dev.turnout.flags.Snapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class SnapshotCodecTest {
  private static final List<String> DO_NOT_MATTER =
      List.of("reset_revision", "variants", "canary", "ladder", "frozen", "description");

  private static final Snapshot PREVIOUS =
      Samples.snapshot(1, 12, Samples.full().edit().stop(null).done(), Flag.named("other"));

  /** The next revision, in which {@code full} is at 77 %. */
  private static ObjectNode next() {
    Flag changed = Samples.full().edit().stop(null).percentage(77).revision(13).done();
    return (ObjectNode)
        Json.parse(SnapshotCodec.write(Samples.snapshot(1, 13, changed, Flag.named("other"))));
  }

  private static ObjectNode full(ObjectNode snapshot) {
    return (ObjectNode) snapshot.get("flags").get(0);
  }

  private static SnapshotCodec.Read read(ObjectNode json) {
    return SnapshotCodec.read(Json.bytes(json), PREVIOUS);
  }

  static List<String> fieldsOfAFlag() {
    return List.copyOf(full(next()).propertyNames());
  }

  static List<String> fieldsOfASnapshot() {
    return List.copyOf(next().propertyNames());
  }

  @Test
  void read_ofWritten_isTheSame() {
    Snapshot written = Samples.snapshot(1, 13, Samples.full(), Flag.named("other"));

    SnapshotCodec.Read read = SnapshotCodec.read(SnapshotCodec.write(written), Snapshot.EMPTY);

    assertThat(read.snapshot()).isEqualTo(written);
    assertThat(read.problems()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("fieldsOfAFlag")
  void read_aFieldDeleted_eitherDoesNotMatterOrKeepsTheLastGoodForm(String field) {
    ObjectNode json = next();
    full(json).remove(field);

    SnapshotCodec.Read read = read(json);

    Flag flag = read.snapshot().flag("full");
    assertThat(read.snapshot().flags()).containsOnlyKeys("full", "other");
    assertThat(read.snapshot().revision()).isEqualTo(13);
    if (DO_NOT_MATTER.contains(field)) {
      assertThat(flag.percentage().percent()).isEqualTo(77);
    } else {
      assertThat(flag).isEqualTo(PREVIOUS.flag("full"));
      assertThat(read.problems()).hasSize(1);
    }
  }

  @ParameterizedTest
  @MethodSource("fieldsOfAFlag")
  void read_aFieldOfTheWrongType_keepsTheLastGoodForm(String field) {
    ObjectNode json = next();
    full(json).putArray(field).addArray();

    SnapshotCodec.Read read = read(json);

    assertThat(read.snapshot().flag("full")).isEqualTo(PREVIOUS.flag("full"));
    assertThat(read.problems()).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("fieldsOfASnapshot")
  void read_aTopFieldDeleted_isRefusedOrKept(String field) {
    ObjectNode json = next();
    json.remove(field);

    if (List.of("canary", "rings", "issuedAt").contains(field)) {
      assertThat(read(json).snapshot().canary()).isEqualTo(PREVIOUS.canary());
      assertThat(read(json).snapshot().ringMembers()).isEqualTo(PREVIOUS.ringMembers());
    } else {
      assertThatExceptionOfType(CodecException.class)
          .isThrownBy(() -> read(json))
          .withMessageContaining(field);
    }
  }

  /** Every field of the flag, those of objects and lists within it too. */
  static List<String> pointersIntoAFlag() {
    List<String> pointers = new ArrayList<>();
    collect("", full(next()), pointers);
    return pointers;
  }

  private static void collect(String at, JsonNode node, List<String> pointers) {
    if (node.isObject()) {
      for (String name : node.propertyNames()) {
        pointers.add(at + "/" + name);
        collect(at + "/" + name, node.get(name), pointers);
      }
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        collect(at + "/" + i, node.get(i), pointers);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("pointersIntoAFlag")
  void read_aFieldMissingOrBlank_appliesTheRestOrKeepsTheLastGoodForm(String pointer) {
    int slash = pointer.lastIndexOf('/');
    String field = pointer.substring(slash + 1);
    for (String blank : Arrays.asList(null, "null", "\"\"", "\" \"", "{}", "[]", "-1", "1e999")) {
      ObjectNode json = next();
      ObjectNode parent = (ObjectNode) full(json).at(pointer.substring(0, slash));
      if (blank == null) {
        parent.remove(field);
      } else {
        parent.set(field, Json.parse(blank.getBytes(UTF_8)));
      }

      SnapshotCodec.Read read = read(json);

      Flag flag = read.snapshot().flag("full");
      assertThat(read.snapshot().flag("other")).isEqualTo(Flag.named("other"));
      assertThat(read.snapshot().revision()).isEqualTo(13);
      if (read.problems().isEmpty()) {
        assertThat(flag.percentage().percent()).as("%s %s", pointer, blank).isEqualTo(77);
        assertThat(flag.enabled()).isTrue();
      } else {
        assertThat(flag.edit().stop(null).done())
            .as("%s %s", pointer, blank)
            .isEqualTo(PREVIOUS.flag("full"));
      }
    }
  }

  @Test
  void read_ofTenThousandMutations_isRefusedOrCanBeDecidedBy() {
    byte[] good = Json.bytes(next());
    byte[] alphabet = "{}[]\":,.-+eE0123456789ntfu\\ \u0000".getBytes(UTF_8);
    Random random = new Random(5);
    int refused = 0;
    for (int i = 0; i < 10_000; i++) {
      byte[] mutated = good.clone();
      for (int changes = 0; changes <= random.nextInt(4); changes++) {
        mutated[random.nextInt(mutated.length)] = alphabet[random.nextInt(alphabet.length)];
      }
      try {
        Snapshot snapshot = SnapshotCodec.read(mutated, PREVIOUS).snapshot();
        Decider decider = Decider.compile(snapshot, Host.UNKNOWN, Set.of(), () -> 0);
        for (String name : snapshot.flags().keySet()) {
          assertThat(decider.decide(name, "u", Caller.UNKNOWN)).isNotNull();
        }
      } catch (CodecException e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(1_000, 9_999);
  }

  @Test
  void read_ofANewerServers_ignoresWhatItDoesNotKnow_andKeepsWhatItCannotUnderstand() {
    ObjectNode json = next().put("schema", 99);
    json.putObject("rollouts").putArray("plans").addObject().put("flag", "full");
    full(json).putObject("schedule").put("from", "2030-01-01T00:00:00Z");

    assertThat(read(json).problems()).isEmpty();
    assertThat(read(json).snapshot().flag("full").percentage().percent()).isEqualTo(77);
    full(json).put("strategy", "by_moon_phase");
    assertThat(read(json).snapshot().flag("full")).isEqualTo(PREVIOUS.flag("full"));
    assertThat(read(json).problems()).singleElement().asString().contains("strategy");
  }

  @Test
  void read_onePoisonFlagAmong500_499Apply() {
    Flag[] flags = new Flag[500];
    for (int i = 0; i < flags.length; i++) {
      flags[i] = Flag.named("f" + i);
    }
    Snapshot before = Samples.snapshot(1, 1, flags);
    ObjectNode json = (ObjectNode) Json.parse(SnapshotCodec.write(before));
    json.put("revision", 2);
    json.get("flags").values().forEach(flag -> ((ObjectNode) flag).put("percentage", 50));
    ((ObjectNode) json.get("flags").get(250)).put("percentage", -1);

    SnapshotCodec.Read read = SnapshotCodec.read(Json.bytes(json), before);

    assertThat(read.snapshot().flags().values())
        .hasSize(500)
        .filteredOn(flag -> flag.percentage().percent() == 50)
        .hasSize(499);
    assertThat(read.problems()).singleElement().asString().contains("percentage");
  }

  @Test
  void read_ofAFlagNotUnderstoodButStopped_stopsTheLastGoodForm() {
    ObjectNode json = next();
    full(json).put("bucketing", "turnout2").putObject("stop").put("kind", "vaporised");

    Flag flag = read(json).snapshot().flag("full");

    assertThat(flag.bucketing()).isEqualTo(Placement.TURNOUT1);
    assertThat(flag.stop()).isNotNull();
  }

  @Test
  void read_ofTheSameFlagTwice_keepsTheLastGoodForm() {
    ObjectNode json = next();
    json.withArray("flags").add(full(next()).put("percentage", 1));

    assertThat(read(json).snapshot().flag("full")).isEqualTo(PREVIOUS.flag("full"));
  }

  @Test
  void read_ofTooManyFlags_isRefused() {
    ObjectNode json = next();
    for (int i = 2; i < 1_000_000; i++) {
      json.withArray("flags").addObject();
    }

    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> read(json))
        .withMessageContaining("1000000 flags");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "null", "[]", "7", "{", "{\"a\":1,\"a\":2}", "{} {}", "\u0000"})
  void read_ofNoSnapshotAtAll_isRefused(String text) {
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> SnapshotCodec.read(text.getBytes(UTF_8), PREVIOUS));
  }

  @Test
  void read_ofADeepDocument_isRefused() {
    byte[] deep = ("{\"env\":" + "[".repeat(10_000)).getBytes(UTF_8);

    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> SnapshotCodec.read(deep, PREVIOUS))
        .withMessageContaining("depth");
  }
}
