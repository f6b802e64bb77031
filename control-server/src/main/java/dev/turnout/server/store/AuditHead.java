package dev.turnout.server.store;

import dev.turnout.flags.InvalidFlagException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A row of the audit and its hash, which commits to all rows up to it. Written as {@code
 * COUNT:HASH}.
 *
 * @param count the number of rows up to and with it; 0 before the first
 * @param hash in 64 hexadecimal digits
 */
public record AuditHead(long count, String hash) {
  private static final Pattern WRITTEN = Pattern.compile("(\\d{1,18}):([0-9a-fA-F]{64})");

  /**
   * Reads {@code COUNT:HASH}.
   *
   * @throws InvalidFlagException naming {@code field} if it is written otherwise
   */
  public static AuditHead parse(String field, String text) {
    Matcher matcher = WRITTEN.matcher(text);
    if (!matcher.matches()) {
      throw new InvalidFlagException(
          field, "must be COUNT:HASH with 64 hexadecimal digits, as an earlier check printed it");
    }
    return new AuditHead(
        Long.parseLong(matcher.group(1)), matcher.group(2).toLowerCase(Locale.ROOT));
  }

  @Override
  public String toString() {
    return count + ":" + hash;
  }
}
