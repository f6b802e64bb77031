package dev.turnout.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalTest {
  private static final Instant NOW = Instant.parse("2026-01-01T10:00:00.123456789Z");

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("stops.journal");
  }

  private static AuditEntry entry(long revision, String reason) {
    return new AuditEntry(revision, NOW, "ann", "kill", "x", "{\"a\":1}", "{}", reason, "");
  }

  @Test
  void append_isThereAfterOpeningAgain() throws IOException {
    AuditEntry first = entry(7, "line\nfeed \"quoted\" übung");
    AuditEntry second = new AuditEntry(8, NOW, "ann", "canary", null, "{}", "{}", null, "");
    try (Journal journal = Journal.open(file)) {
      journal.append(List.of(first));
      journal.append(List.of(second, first));
    }
    try (Journal journal = Journal.open(file)) {
      assertThat(journal.entries()).containsExactly(first, second, first);
    }
  }

  @Test
  void clear_leavesNothing() throws IOException {
    try (Journal journal = Journal.open(file)) {
      journal.append(List.of(entry(7, "a")));
      journal.clear();
      journal.append(List.of(entry(8, "b")));
    }
    try (Journal journal = Journal.open(file)) {
      assertThat(journal.entries()).containsExactly(entry(8, "b"));
    }
  }

  @Test
  void open_afterALineCutOffAnywhere_keepsTheLinesBefore() throws IOException {
    try (Journal journal = Journal.open(file)) {
      journal.append(List.of(entry(7, "a")));
      journal.append(List.of(entry(8, "ü")));
    }
    byte[] whole = Files.readAllBytes(file);
    int lineEnd = new String(whole, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf('\n') + 1;
    for (int length = lineEnd; length < whole.length; length++) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      try (Journal journal = Journal.open(file)) {
        assertThat(journal.entries()).as("%d bytes", length).containsExactly(entry(7, "a"));
        journal.append(List.of(entry(9, "c")));
      }
      try (Journal journal = Journal.open(file)) {
        assertThat(journal.entries()).containsExactly(entry(7, "a"), entry(9, "c"));
      }
    }
  }

  @Test
  void open_ofALineThatCannotBeUnderstood_saysWhichAndWhatToDo() throws IOException {
    try (Journal journal = Journal.open(file)) {
      journal.append(List.of(entry(7, "a")));
    }
    Files.writeString(file, "{\"entries\":[{}]}\n", StandardOpenOption.APPEND);

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> Journal.open(file).close())
        .withMessageContaining("line 2 of " + file)
        .withMessageContaining("stop them again by hand");
  }

  @Test
  void file_isForItsOwnerOnly() throws IOException {
    Journal.open(file).close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }
}
