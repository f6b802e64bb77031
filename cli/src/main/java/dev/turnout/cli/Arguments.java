package dev.turnout.cli;

import dev.turnout.flags.FlagName;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Percentage;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.format.DateTimeParseException;

/** Checks the words of a command line by the rules of the server, before anything is asked. */
final class Arguments {
  // More than any rollout waits, and far from where arithmetic overflows.
  private static final Duration LONGEST = Duration.ofDays(365);

  private Arguments() {}

  static void flagName(String text) {
    try {
      FlagName.check("NAME", text);
    } catch (InvalidFlagException e) {
      throw wrong(e);
    }
  }

  /** Reads a percentage, with or without a percent sign. */
  static BigDecimal percent(String text) {
    return percent("PERCENT", text);
  }

  /**
   * Reads a percentage, with or without a percent sign.
   *
   * @param name what it is called in a complaint
   */
  static BigDecimal percent(String name, String text) {
    String number = text.endsWith("%") ? text.substring(0, text.length() - 1).strip() : text;
    try {
      BigDecimal percent = new BigDecimal(number);
      Percentage.of(name, percent);
      return percent;
    } catch (InvalidFlagException e) {
      throw wrong(e);
    } catch (NumberFormatException e) {
      throw new CommandFailure(
          ExitCode.USAGE, name + " must be a number from 0 to 100, not \"" + text + "\"");
    }
  }

  /**
   * Reads a duration such as {@code 90s}, {@code 30m} or {@code 1h30m}.
   *
   * @param name what it is called in a complaint
   */
  static Duration duration(String name, String text) {
    try {
      Duration duration = Duration.parse("PT" + text.strip());
      if (!duration.isNegative() && duration.compareTo(LONGEST) <= 0) {
        return duration;
      }
    } catch (DateTimeParseException e) {
      // Said below, together with what parses and is out of range.
    }
    throw new CommandFailure(
        ExitCode.USAGE,
        name + " must be a duration such as 90s, 30m or 1h30m, not \"" + text + "\"");
  }

  /**
   * Reads a fraction and returns it in percent. The decimal point is asked for, or nobody could say
   * whether 1 is all or a hundredth of them.
   */
  static BigDecimal fraction(String text) {
    if (!text.matches("0|[01]\\.\\d{1,20}|\\.\\d{1,20}")
        || new BigDecimal(text).compareTo(BigDecimal.ONE) > 0) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "NAME=FRACTION must be from 0.0 to 1.0 with a decimal point, such as 0.1 for 10 %, not \""
              + text
              + "\"; for percentages there is 'rollout NAME PERCENT'");
    }
    BigDecimal percent = new BigDecimal(text).movePointRight(2).stripTrailingZeros();
    if (percent.scale() > 3) {
      throw new CommandFailure(
          ExitCode.USAGE, "NAME=FRACTION must have at most 5 decimals, not " + text);
    }
    return percent.scale() < 0 ? percent.setScale(0) : percent;
  }

  private static CommandFailure wrong(InvalidFlagException e) {
    return new CommandFailure(
        ExitCode.USAGE, String.valueOf(e.getMessage()).replaceFirst(": ", " "));
  }
}
