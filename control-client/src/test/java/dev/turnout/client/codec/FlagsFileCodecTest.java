package dev.turnout.client.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnout.flags.Flag;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlagsFileCodecTest {
  private static Snapshot read(String name, String text) {
    return FlagsFileCodec.read(name, text.getBytes(UTF_8), Samples.AT);
  }

  @Test
  void read_ofYaml_byName() {
    Snapshot snapshot =
        read(
            "flags.yaml",
            """
            canary: {mode: true, users: [u]}
            rings:
              beta: {email_domains: [Example.com]}
            flags:
              one:
                percentage: 12.5
                variants: {manual: 33.33, auto: 66.67}
                limits: [{metric: error_rate, above: 5}]
              two: {killed: true, reset_revision: 3, revision: 4, dependencies: [one]}
            """);

    Flag two = snapshot.flag("two");
    assertThat(snapshot.canary().on()).isTrue();
    assertThat(snapshot.ringMembers().get("beta").emailDomains()).containsExactly("example.com");
    assertThat(snapshot.flag("one").percentage().percent()).isEqualTo(12.5);
    assertThat(snapshot.flag("one").variants().names()).containsExactly("manual", "auto");
    assertThat(two.resetRevision()).isEqualTo(3);
    assertThat(two.revision()).isEqualTo(4);
    assertThat(two.stop().kind()).isEqualTo(Stop.Kind.KILLED);
    assertThat(two.stop().by()).isEqualTo("flags file");
  }

  @Test
  void killInAnyOfYamlsSpellings_isAKill() {
    for (String word : List.of("true", "True", "TRUE")) {
      assertThat(read("flags.yaml", "flags: {f: {killed: " + word + "}}").flag("f").stop())
          .as(word)
          .isNotNull();
    }
    assertThat(read("flags.yaml", "flags: {f: {killed: FALSE}}").flag("f").stop()).isNull();
    assertThatThrownBy(() -> read("flags.yaml", "flags: {f: {killed: yes}}"))
        .hasMessageContaining("killed: must be true or false, not \"yes\"");
  }

  @Test
  void read_ofAListInJson_withoutAnEnding() {
    assertThat(read("flags", " {\"flags\":[{\"name\":\"a\",\"percentage\":1}]}").flags())
        .containsOnlyKeys("a");
  }

  @Test
  void read_ofYamlBeyondWhatItsLibraryTakes() {
    StringBuilder text = new StringBuilder("flags:\n");
    for (int i = 0; i < 10_000; i++) {
      text.append("  f").append(i).append(": {percentage: 1, description: \"");
      text.append("x".repeat(320)).append("\"}\n");
    }
    assertThat(text.length()).isBetween(3 << 20, 4 << 20);
    assertThat(read("flags.yaml", text.toString()).flags()).hasSize(10_000);
  }

  @Test
  void read_ofAFile(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("f.yml"), "flags:\n  a: {}\n");

    assertThat(FlagsFileCodec.read(file).flags()).containsValue(Flag.named("a"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "f.yaml | flags:\\n  a:\\n    percentage: 101 | line 3, column 5: flag a: percentage: must",
        "f.yaml | flags:\\n  a:\\n    percentage: .nan | percentage: must",
        "f.yaml | flags:\\n  a: {variants: {b: 99}} | flag a: variants: must have weights that sum",
        "f.yaml | flags:\\n  a: {colour: 1} | line 2, column 7: flag a: colour: is not a known",
        "f.yaml | flags:\\n  a: {}\\n  a: {} | line 3",
        "f.yaml | flags:\\n  a: [ | line",
        "f.yaml | flags: {a: {dependencies: [b]}} | dependencies: a depends on b",
        "f.yaml | flag: {} | flag: is not a known field",
        "f.yaml | # nothing | empty",
        "f.yaml | canary: {mode: true} | flags: is missing",
        "f.json | {\"flags\": [{\"name\": \"a\"}, {\"name\": \"a\"}]} | name: is there twice",
        "f.json | {\"flags\": [{\"percentage\": 1}]} | line 1, column 12: name: is missing",
        "f.json | {\"flags\": [{\"name\": \"a\", \"stop\": null}]} | stop: is not a known field",
        "f.json | {\"flags\": 7} | flags: must be a list",
      })
  void read_ofAWrongFile_saysWhere(String name, String text, String expected) {
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> read(name, text.replace("\\n", "\n")))
        .withMessageStartingWith(name)
        .withMessageContaining(expected);
  }

  private static Snapshot readStops(String name, String text, Snapshot previous) {
    return FlagsFileCodec.readStops(name, text.getBytes(UTF_8), Samples.AT, previous);
  }

  @Test
  void whatWrongContentStops_isStopped_andAllElseAsBefore() {
    Snapshot before =
        read(
            "flags.yaml",
            """
            canary: {mode: true, users: [u]}
            flags: {a: {percentage: 10}, b: {percentage: 20}, c: {percentage: 30}}
            """);
    Snapshot after =
        readStops(
            "flags.yaml",
            """
            canary: {mode: maybe}
            flags:
              a: {percentage: 101, killed: TRUE}
              b: {percentage: 90, enabled: false}
              c: {percentage: 40, killed: perhaps}
              fresh: {killed: true}
              bad name!: {killed: true}
              text: killed
            """,
            before);
    assertThat(after.flags()).containsOnlyKeys("a", "b", "c", "fresh");
    assertThat(after.flag("a").stop().kind()).isEqualTo(Stop.Kind.KILLED);
    assertThat(after.flag("a").percentage().percent()).isEqualTo(10);
    assertThat(after.flag("b").enabled()).isFalse();
    assertThat(after.flag("b").percentage().percent()).isEqualTo(20);
    assertThat(after.flag("c")).isEqualTo(before.flag("c"));
    assertThat(after.flag("fresh").stop()).isNotNull();
    assertThat(after.canary()).isEqualTo(before.canary());
  }

  @Test
  void whatAWrongListStops_isStopped() {
    String list =
        "{\"flags\": [7, {\"killed\": true}, {\"name\": \"f\", \"killed\": true, \"x\": 1}]}";
    assertThat(readStops("flags.json", list, Snapshot.EMPTY).flags()).containsOnlyKeys("f");
  }

  @Test
  void whatCannotBeParsed_stopsNothing() {
    Snapshot before = read("flags.yaml", "flags: {f: {percentage: 10}}");
    for (String text : List.of("flags: {f: {killed: true}", "", "7", "flags: true")) {
      assertThat(readStops("flags.yaml", text, before)).as(text).isEqualTo(before);
    }
  }
}
