package dev.turnout.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Hashes as another program computed them from the words of the documentation. */
final class AuditChainTest {
  private static final String FIRST =
      "b37adceb87e838fe54b69a1517a10d43d8f4e5bc643e61f76fbc754f982f8ed2";

  @Test
  void firstRow_followsZeros() {
    assertThat(
            AuditChain.next(
                AuditChain.START,
                new AuditChain.Columns(
                    1,
                    1,
                    "2026-01-01T10:00:00.000000000Z",
                    "admin",
                    "create",
                    "x",
                    null,
                    "{\"name\":\"x\"}",
                    "größer",
                    "ladder,frozen")))
        .isEqualTo(FIRST);
  }

  @Test
  void nextRow_followsTheFirst() {
    assertThat(
            AuditChain.next(
                FIRST,
                new AuditChain.Columns(
                    2,
                    1,
                    "2026-01-01T10:00:00.500000000Z",
                    "ann",
                    "canary",
                    null,
                    "{}",
                    null,
                    null,
                    "")))
        .isEqualTo("425ee73569ff1d5c4a9128563a9459aea1b7758130248d0ab72af1c0ac4322e4");
  }
}
