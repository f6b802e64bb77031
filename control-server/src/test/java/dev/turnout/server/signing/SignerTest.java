package dev.turnout.server.signing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.flags.Snapshot;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignerTest {
  @TempDir Path directory;

  private static Signer at(SigningKey key, String time) {
    return new Signer(key, null, Clock.fixed(Instant.parse(time), ZoneOffset.UTC));
  }

  @Test
  void sign_isTheSameToTheByte_inOneStepOfTime_andOtherInTheNext() throws Exception {
    SigningKey key = SigningKey.create(directory.resolve("key"));
    SigningKey read = SigningKey.read(directory.resolve("key"));

    Signer.Signed first = at(key, "2026-01-01T06:00:00Z").sign(Snapshot.EMPTY);
    Signer.Signed replica = at(read, "2026-01-01T11:59:59Z").sign(Snapshot.EMPTY);
    Signer.Signed later = at(key, "2026-01-01T12:00:00Z").sign(Snapshot.EMPTY);

    assertThat(replica.document()).isEqualTo(first.document());
    assertThat(replica.signature()).isEqualTo(first.signature());
    assertThat(first.validUntil()).isEqualTo("2026-01-02T06:00:00Z");
    assertThat(Duration.between(first.validUntil(), later.validUntil()))
        .isEqualTo(Duration.ofHours(6));
    assertThat(later.signature()).isNotEqualTo(first.signature());
  }
}
