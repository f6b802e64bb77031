package dev.turnout.client.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SnapshotDeltaTest {
  private static final byte[] BASE = "0123456789für".getBytes(UTF_8);

  private static String apply(String data) {
    return new String(SnapshotDelta.apply(data, "1:6", BASE), UTF_8);
  }

  private static String delta(int length, String result, String parts) {
    CRC32 sum = new CRC32();
    sum.update(result.getBytes(UTF_8));
    return "{\"from\":\"1:6\",\"length\":%d,\"crc32\":%d,\"parts\":%s}"
        .formatted(length, sum.getValue(), parts);
  }

  private static void assertRefused(String data, String reason) {
    assertThatThrownBy(() -> apply(data))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void apply_joinsTextsAndPieces_byBytes() {
    assertThat(apply(delta(11, "45日45für", "[[4,2],\"日\",[4,2],[10,4]]"))).isEqualTo("45日45für");
    assertThat(apply(delta(14, "0123456789für", "[[0,14]]"))).isEqualTo("0123456789für");
    assertThat(apply(delta(1, "x", "[\"x\"]"))).isEqualTo("x");
  }

  @Test
  void apply_ofANewerServers_ignoresWhatItDoesNotKnow() {
    assertThat(apply(delta(1, "x", "[\"x\"],\"more\":{}"))).isEqualTo("x");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "3 | [[0,2]] | do not add up",
        "3 | [[0,4]] | do not add up",
        "3 | [] | do not add up",
        "3 | [\"ab\",[0,2]] | do not add up",
        "3 | [[12,3]] | within the 14 bytes",
        "3 | [[-1,3]] | within the 14 bytes",
        "3 | [[3,-1],\"abcd\"] | within the 14 bytes",
        "3 | [[0,0],\"012\"] | within the 14 bytes",
        "3 | [[2147483647,2147483647]] | within the 14 bytes",
        "3 | [[0,2147483647]] | within the 14 bytes",
        "3 | [[0,9999999999]] | within the 14 bytes",
        "3 | [[0,3.0]] | within the 14 bytes",
        "3 | [[0,\"3\"]] | within the 14 bytes",
        "3 | [[0]] | within the 14 bytes",
        "3 | [[0,3,1]] | within the 14 bytes",
        "3 | [3] | within the 14 bytes",
        "3 | [null] | within the 14 bytes",
        "3 | [{\"0\":0,\"1\":3}] | within the 14 bytes",
        "3 | [[1,3]] | not the document that was meant",
        "3 | {} | delta.parts: must be a list",
        "0 | [] | delta.length: must be a whole number from 1 to 67108864",
        "67108865 | [] | delta.length: must be a whole number from 1 to 67108864",
      })
  void apply_ofWhatDoesNotFit_isRefused(int length, String parts, String reason) {
    assertRefused(delta(length, "012", parts), reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nonsense | line 1",
        "'' | the document is empty",
        "[] | must be an object",
        "{} | delta.from: is missing",
        "{\"from\":\"1:6\",\"from\":\"1:6\"} | is there twice",
        "{\"from\":\"1:5\"} | from another document",
        "{\"from\":\"1:6\",\"length\":\"1\"} | delta.length: must be a whole number",
        "{\"from\":\"1:6\",\"length\":1,\"parts\":[\"x\"]} | delta.crc32: is missing",
      })
  void apply_ofWhatIsNoDelta_isRefused(String data, String reason) {
    assertRefused(data, reason);
  }

  // A few kilobytes that would become two terabytes.
  @Test
  void apply_ofPartsThatWouldFillTheMemory_isRefusedBeforeAnyIsCopied() {
    byte[] base = new byte[Json.MAX_BYTES];
    String pieces = ("[0," + Json.MAX_BYTES + "],").repeat(9_999) + "[0,1]";

    assertThatThrownBy(
            () -> SnapshotDelta.apply(delta(Json.MAX_BYTES, "", "[" + pieces + "]"), "1:6", base))
        .hasMessageContaining("do not add up");
  }

  @Test
  void apply_ofTooManyParts_orTooLongADelta_isRefused() {
    String parts = "[0,1],".repeat(SnapshotDelta.MAX_PARTS) + "[0,1]";

    assertRefused(delta(10_001, "", "[" + parts + "]"), "more than the 10000 parts");
    assertRefused(" ".repeat(SnapshotDelta.MAX_BYTES) + "x", "more than the 1048576 bytes");
  }

  @Test
  void apply_ofTenThousandMutations_isTheDocumentOrRefused() {
    String good = delta(11, "45日45für", "[[4,2],\"日\",[4,2],[10,4]]");
    assertThat(apply(good)).isEqualTo("45日45für");
    Random random = new Random(3);
    int refused = 0;
    for (int i = 0; i < 10_000; i++) {
      StringBuilder mutated = new StringBuilder(good);
      for (int changes = random.nextInt(3); changes >= 0; changes--) {
        mutated.setCharAt(random.nextInt(good.length()), (char) (32 + random.nextInt(96)));
      }
      try {
        assertThat(apply(mutated.toString())).isEqualTo("45日45für");
      } catch (CodecException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(9_000);
  }
}
