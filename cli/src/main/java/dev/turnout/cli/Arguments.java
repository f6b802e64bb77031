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

  private static CommandFailure wrong(InvalidFlagException e) {
    return new CommandFailure(
        ExitCode.USAGE, String.valueOf(e.getMessage()).replaceFirst(": ", " "));
  }
}
