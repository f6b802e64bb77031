package dev.turnout.server.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.client.codec.Json;
import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.client.codec.SnapshotDelta;
import dev.turnout.flags.Canary;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Limit;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.RingMembers;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DifferenceTest {
  private static final Instant AT = Instant.parse("2026-01-01T10:00:00Z");
  private static final String[] WORDS = {
    "new",
    "}",
    "{\"a\":1}",
    "\"",
    "\\",
    "ä",
    "å",
    "é€",
    "日本語",
    "日木語",
    "😀",
    "😁",
    "\u2028",
    "\n",
    ""
  };

  private final Random random = new Random(4);

  private static byte[] rebuilt(String id, byte[] base, byte[] next) {
    byte[] delta = Difference.between(id, base, next);
    assertThat(delta).as("a delta").isNotNull();
    assertThat(delta).hasSizeLessThanOrEqualTo(next.length / 2);
    return SnapshotDelta.apply(new String(delta, UTF_8), id, base);
  }

  private static Snapshot snapshot(long revision, Map<String, Flag> flags) {
    return snapshot(revision, flags, Set.of("u"));
  }

  private static Snapshot snapshot(long revision, Map<String, Flag> flags, Set<String> users) {
    return new Snapshot(
            "prod",
            1,
            revision,
            AT.plusSeconds(revision),
            new CanaryMode(false, users),
            Map.of("beta", new RingMembers(users, Set.of("example.com"))),
            flags)
        .validUntil(AT.plusSeconds(86_400));
  }

  private static Map<String, Flag> flags(int count) {
    Map<String, Flag> flags = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      Map<String, Percentage> rings = new LinkedHashMap<>();
      rings.put("internal", Percentage.FULL);
      rings.put("ga", Percentage.of(i % 100));
      Flag flag =
          Flag.named("use-case-" + i)
              .edit()
              .revision(i + 1)
              .percentage(100)
              .rings(rings)
              .limits(List.of(Limit.of(Limit.Metric.ERROR_RATE, 5)))
              .description("The new implementation of use case " + i)
              .done();
      flags.put(flag.name(), flag);
    }
    return flags;
  }

  private static Flag killed(Flag flag, long revision) {
    return flag.edit()
        .revision(revision)
        .stop(new Stop(Stop.Kind.KILLED, "anna", AT, "incident 4711", null))
        .done();
  }

  @Test
  void between_randomEdits_isTheDocumentToTheByte() {
    Map<String, Flag> flags = flags(40);
    Set<String> users = new TreeSet<>(Set.of("u"));
    byte[] before = SnapshotCodec.write(snapshot(1, flags, users));
    for (int revision = 2; revision < 2_000; revision++) {
      for (int edits = random.nextInt(4); edits >= 0; edits--) {
        edit(flags, users, revision);
      }
      byte[] next = SnapshotCodec.write(snapshot(revision, flags, users));
      String id = "1:" + (revision - 1);
      assertThat(rebuilt(id, before, next)).as("revision %d", revision).isEqualTo(next);
      before = next;
    }
  }

  private void edit(Map<String, Flag> flags, Set<String> users, int revision) {
    String name = "use-case-" + random.nextInt(60);
    Flag flag = flags.get(name);
    if (flag == null) {
      flags.put(name, Flag.named(name).edit().revision(revision).description(text()).done());
    } else if (random.nextInt(8) == 0 && flags.size() > 30) {
      flags.remove(name);
    } else {
      flags.put(name, edited(flag).edit().revision(revision).done());
    }
    if (random.nextInt(10) == 0) {
      users.add(text() + "u");
    }
  }

  private Flag edited(Flag flag) {
    return switch (random.nextInt(6)) {
      case 0 -> flag.edit().percentage(random.nextInt(101)).done();
      case 1 -> flag.edit().description(text()).done();
      case 2 -> killed(flag, flag.revision());
      case 3 -> flag.edit().stop(null).done();
      case 4 -> flag.edit().enabled(!flag.enabled()).done();
      default ->
          flag.edit().canary(new Canary(Set.of(), Set.of(), Set.of(text() + "u", "v"))).done();
    };
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    for (int words = random.nextInt(8); words > 0; words--) {
      text.append(WORDS[random.nextInt(WORDS.length)]);
    }
    return text.toString();
  }

  // Nothing of what makes a document is relied upon: texts over few letters repeat themselves.
  @Test
  void between_anyTexts_isTheTextToTheByte_orNotWorthIt() {
    int deltas = 0;
    for (int i = 0; i < 20_000; i++) {
      String base = chunks(random.nextInt(40));
      int from = random.nextInt(base.length() + 1);
      int to = from + random.nextInt(base.length() - from + 1);
      String next = base.substring(0, from) + chunks(random.nextInt(3)) + base.substring(to);
      byte[] delta = Difference.between("1:1", base.getBytes(UTF_8), next.getBytes(UTF_8));
      if (delta != null) {
        deltas++;
        String data = new String(delta, UTF_8);
        assertThat(new String(SnapshotDelta.apply(data, "1:1", base.getBytes(UTF_8)), UTF_8))
            .isEqualTo(next);
      }
    }
    assertThat(deltas).isGreaterThan(5_000);
  }

  private String chunks(int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(List.of("ä", "å", "日", "木", "x").get(random.nextInt(5)).repeat(30));
      text.append(random.nextBoolean() ? "}" : "]");
    }
    return text.toString();
  }

  @Test
  void between_aKillAmong500Flags_isLessThanAKilobyte() {
    Map<String, Flag> flags = flags(500);
    byte[] base = SnapshotCodec.write(snapshot(600, flags));
    flags.computeIfPresent("use-case-250", (name, flag) -> killed(flag, 601));
    byte[] next = SnapshotCodec.write(snapshot(601, flags));

    assertThat(Difference.between("1:600", base, next)).hasSizeLessThan(1_000);
    assertThat(rebuilt("1:600", base, next)).isEqualTo(next);
  }

  // They stand in the same chunk as the revision, which is never the same.
  @Test
  void between_aKillBesideTenThousandUsers_sendsNoneOfThem() {
    Set<String> users = new TreeSet<>();
    for (int i = 0; i < 10_000; i++) {
      users.add("user-" + i);
    }
    Map<String, Flag> flags = flags(10);
    byte[] base = SnapshotCodec.write(snapshot(600, flags, users));
    flags.computeIfPresent("use-case-5", (name, flag) -> killed(flag, 601));
    byte[] next = SnapshotCodec.write(snapshot(601, flags, users));

    assertThat(Difference.between("1:600", base, next)).hasSizeLessThan(1_000);
    assertThat(rebuilt("1:600", base, next)).isEqualTo(next);
  }

  @Test
  void between_aUserMoreAmongTenThousand_sendsHalfOfThemAtMost() {
    Set<String> users = new TreeSet<>();
    for (int i = 0; i < 10_000; i++) {
      users.add("user-" + i);
    }
    byte[] base = SnapshotCodec.write(snapshot(600, flags(10), users));
    users.add("user-5000-and-a-half");
    byte[] next = SnapshotCodec.write(snapshot(601, flags(10), users));

    assertThat(rebuilt("1:600", base, next)).isEqualTo(next);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 250, 499})
  void between_aFlagMoreOrLess_isThatFlag(int place) {
    Map<String, Flag> flags = flags(500);
    byte[] with = SnapshotCodec.write(snapshot(600, flags));
    flags.remove("use-case-" + place);
    byte[] without = SnapshotCodec.write(snapshot(601, flags));

    assertThat(Difference.between("1:600", with, without)).hasSizeLessThan(400);
    assertThat(Difference.between("1:601", without, with)).hasSizeLessThan(1_500);
    assertThat(rebuilt("1:600", with, without)).isEqualTo(without);
    assertThat(rebuilt("1:601", without, with)).isEqualTo(with);
  }

  @Test
  void between_signedAnew_isTheNewValidity() {
    byte[] base = SnapshotCodec.write(snapshot(600, flags(500)));
    byte[] next =
        SnapshotCodec.write(snapshot(600, flags(500)).validUntil(AT.plusSeconds(108_000)));

    assertThat(Difference.between("1:600", base, next)).hasSizeLessThan(200);
    assertThat(rebuilt("1:600", base, next)).isEqualTo(next);
  }

  @Test
  void between_manyChanges_areFewParts() {
    Map<String, Flag> flags = flags(500);
    byte[] base = SnapshotCodec.write(snapshot(600, flags));
    flags.replaceAll((name, flag) -> flag.edit().revision(601).frozen(true).done());
    byte[] next = SnapshotCodec.write(snapshot(601, flags));

    byte[] delta = Difference.between("1:600", base, next);

    assertThat(rebuilt("1:600", base, next)).isEqualTo(next);
    // Two texts and two pieces for each flag.
    assertThat(Json.parse(delta).get("parts").size()).isLessThan(2_010);
  }

  @ParameterizedTest
  @CsvSource({"{}, {}", "'{\"a\":1}', '{\"b\":2}'"})
  void between_documentsThatShareLittle_isNothing(String base, String next) {
    assertThat(between(base, next)).isNull();
  }

  @Test
  void between_documentsOfOtherFlags_isNothing() {
    String base = "{\"flags\":[" + "{\"a\":\"" + "x".repeat(2_000) + "\"}]}";
    assertThat(between(base, base.replace('x', 'y'))).isNull();
  }

  @Test
  void between_aTextLongerThanADeltaMayBe_isNothing() {
    String base = "{\"flags\":[" + "{\"a\":\"" + "x".repeat(4 << 20) + "\"}]}";
    String next = base.replace("[", "[{\"b\":\"" + "y".repeat(SnapshotDelta.MAX_BYTES) + "\"},");
    assertThat(between(base, next)).isNull();
  }

  private static byte @Nullable [] between(String base, String next) {
    return Difference.between("1:1", base.getBytes(UTF_8), next.getBytes(UTF_8));
  }
}
