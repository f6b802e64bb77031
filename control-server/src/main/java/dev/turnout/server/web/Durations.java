package dev.turnout.server.web;

import dev.turnout.flags.InvalidFlagException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lengths of time as people write them: {@code 30s}, {@code 15m}, {@code 12h}, {@code 90d}. */
final class Durations {
  private static final Pattern WRITTEN = Pattern.compile("(\\d{1,9})([smhd])");

  private Durations() {}

  /** Returns whether the text is one at all. */
  static boolean matches(String text) {
    return WRITTEN.matcher(text).matches();
  }

  /**
   * Reads a length of time from {@code min} to {@code maxDays} days.
   *
   * @throws InvalidFlagException naming {@code field} if it is none, or too short or too long
   */
  static Duration parse(String field, String text, Duration min, int maxDays) {
    Matcher matcher = WRITTEN.matcher(text);
    if (matcher.matches()) {
      Duration duration = of(Long.parseLong(matcher.group(1)), matcher.group(2));
      if (duration.compareTo(min) >= 0 && duration.compareTo(Duration.ofDays(maxDays)) <= 0) {
        return duration;
      }
    }
    throw new InvalidFlagException(
        field,
        "must be a length of time such as \"30s\", \"15m\", \"12h\" or \"90d\", from "
            + min.toSeconds()
            + "s to "
            + maxDays
            + "d");
  }

  private static Duration of(long amount, String unit) {
    return switch (unit) {
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }
}
