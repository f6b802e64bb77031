package dev.turnout.client.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.flags.Flag;
import dev.turnout.flags.Snapshot;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Snapshots as they were written before: {@code first}, when the protocol began, and {@code
 * second}, with variants and before signatures. Agents of those versions must go on to understand
 * what is written today.
 */
class OlderFormsTest {
  /** Where readers of the first form pass over what they do not know; elsewhere they refuse it. */
  private static final Set<String> MAY_GROW = Set.of("", "/flags", "/flags/stop/evidence");

  private static byte[] recorded(String form) throws IOException {
    try (InputStream in =
        OlderFormsTest.class.getResourceAsStream("/older-forms/snapshot-" + form + ".json")) {
      assertThat(in).isNotNull();
      return in.readAllBytes();
    }
  }

  private static Snapshot read(String form) throws IOException {
    SnapshotCodec.Read read = SnapshotCodec.read(recorded(form), Snapshot.EMPTY);
    assertThat(read.problems()).isEmpty();
    return read.snapshot();
  }

  @ParameterizedTest
  @ValueSource(strings = {"first", "second"})
  void read_ofAnOlderServersSnapshot_isAsItWasMeant(String form) throws IOException {
    Snapshot snapshot = read(form);

    assertThat(snapshot.flags()).containsOnlyKeys("full", "other");
    assertThat(snapshot.flag("other")).isEqualTo(Flag.named("other"));
    Flag full = snapshot.flag("full");
    assertThat(full.limits()).isEqualTo(Samples.full().limits());
    assertThat(full.rings()).isEqualTo(Samples.full().rings());
    assertThat(full.bucketing()).isEqualTo(Samples.full().bucketing());
    assertThat(full.stop()).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"first", "second"})
  void write_saysAgainAllThatTheOlderFormSaid(String form) throws IOException {
    JsonNode today = Json.parse(SnapshotCodec.write(read(form)));

    assertContains(today, Json.parse(recorded(form)), "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"first", "second"})
  void write_ofEverythingThereIs_addsOnlyWhereOlderReadersPassOverIt(String form)
      throws IOException {
    Snapshot everything = Samples.snapshot(1, 13, Samples.full(), Flag.named("other"));

    assertSameShape(Json.parse(SnapshotCodec.write(everything)), Json.parse(recorded(form)), "");
  }

  private static void assertContains(JsonNode today, JsonNode then, String at) {
    if (then.isObject()) {
      for (String name : then.propertyNames()) {
        assertThat(today.get(name)).as(at + "/" + name).isNotNull();
        assertContains(today.get(name), then.get(name), at + "/" + name);
      }
    } else if (then.isArray()) {
      assertThat(today.size()).as(at).isEqualTo(then.size());
      for (int i = 0; i < then.size(); i++) {
        assertContains(today.get(i), then.get(i), at);
      }
    } else {
      assertThat(today).as(at).isEqualTo(then);
    }
  }

  private static void assertSameShape(JsonNode today, JsonNode then, String at) {
    assertThat(today.getNodeType()).as(at).isEqualTo(then.getNodeType());
    if (then.isObject()) {
      Set<String> added = new HashSet<>(today.propertyNames());
      added.removeAll(then.propertyNames());
      assertThat(today.propertyNames()).as(at).containsAll(then.propertyNames());
      assertThat(added.isEmpty() || MAY_GROW.contains(at)).as("%s has %s", at, added).isTrue();
      for (String name : then.propertyNames()) {
        assertSameShape(today.get(name), then.get(name), at + "/" + name);
      }
    } else if (then.isArray()) {
      for (int i = 0; i < then.size(); i++) {
        assertSameShape(today.get(i), then.get(i), at);
      }
    }
  }
}
