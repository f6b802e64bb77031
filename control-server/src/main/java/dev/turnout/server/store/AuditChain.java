package dev.turnout.server.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The hash that ties each row of the audit to all rows before it.
 *
 * <p>A column goes in as its length in bytes of UTF-8, a colon, these bytes and a comma, or as
 * {@code -,} if it is null, so that no two rows have the same bytes, wherever one column ends and
 * the next begins. {@code docs/audit.md} has this for those who check it by other means.
 */
final class AuditChain {
  /** What the first row follows. */
  static final String START = "0".repeat(64);

  private AuditChain() {}

  /** Returns the hash of the row that follows the one with the hash {@code previous}. */
  static String next(String previous, Columns row) {
    MessageDigest digest = sha256();
    add(digest, previous);
    row.inOrder().forEach(column -> add(digest, column));
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, @Nullable String column) {
    if (column == null) {
      digest.update("-,".getBytes(US_ASCII));
      return;
    }
    byte[] bytes = column.getBytes(UTF_8);
    digest.update((bytes.length + ":").getBytes(US_ASCII));
    digest.update(bytes);
    digest.update((byte) ',');
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** A row's columns as the table has them, but for the hash; {@code at} is not parsed. */
  record Columns(
      long seq,
      long revision,
      String at,
      String actor,
      String action,
      @Nullable String flag,
      @Nullable String before,
      @Nullable String after,
      @Nullable String reason,
      String overrides) {
    List<@Nullable String> inOrder() {
      return Arrays.asList(
          Long.toString(seq),
          Long.toString(revision),
          at,
          actor,
          action,
          flag,
          before,
          after,
          reason,
          overrides);
    }
  }
}
