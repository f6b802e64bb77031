package dev.turnout.server.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CompressionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip | true",
        "GZIP | true",
        "br, gzip;q=0.5 | true",
        "gzip;q=0 | false",
        "gzip;q=0.0 | false",
        "identity | false",
        "xgzip | false",
        "| false",
      })
  void isAccepted_readsTheHeader(String header, boolean accepted) {
    assertThat(Compression.isAccepted(header)).isEqualTo(accepted);
  }

  // Around the size of the buffer that deflate fills, with bytes that do not shrink.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8_000, 8_180, 8_187, 8_192, 20_000, 300_000})
  void pieces_inAnyOrderAndNumber_areOneStream(int size) throws Exception {
    byte[] noise = new byte[size];
    new Random(size).nextBytes(noise);
    byte[] text = "event: snapshot\n\n".repeat(50).getBytes(UTF_8);
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    packed.writeBytes(Compression.head());
    for (byte[] piece : new byte[][] {text, noise, text, text, noise}) {
      packed.writeBytes(Compression.piece(piece));
      plain.writeBytes(piece);
    }

    GZIPInputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(packed.toByteArray()));

    assertThat(unpacked.readNBytes(plain.size())).isEqualTo(plain.toByteArray());
  }

  @Test
  void whole_isAnOrdinaryGzipFile() throws Exception {
    byte[] text = "{\"flags\": []}".repeat(1_000).getBytes(UTF_8);

    byte[] packed = Compression.whole(text);

    assertThat(packed).hasSizeLessThan(text.length / 10);
    assertThat(new GZIPInputStream(new ByteArrayInputStream(packed)).readAllBytes())
        .isEqualTo(text);
  }
}
