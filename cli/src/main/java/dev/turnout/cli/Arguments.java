package dev.turnout.cli;

import dev.turnout.flags.FlagName;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Percentage;
import java.math.BigDecimal;

/** Checks the words of a command line by the rules of the server, before anything is asked. */
final class Arguments {
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
    String number = text.endsWith("%") ? text.substring(0, text.length() - 1).strip() : text;
    try {
      BigDecimal percent = new BigDecimal(number);
      Percentage.of("PERCENT", percent);
      return percent;
    } catch (InvalidFlagException e) {
      throw wrong(e);
    } catch (NumberFormatException e) {
      throw new CommandFailure(
          ExitCode.USAGE, "PERCENT must be a number from 0 to 100, not \"" + text + "\"");
    }
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
