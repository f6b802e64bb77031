package dev.turnout.sample;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Command line options of the form {@code --name value}. */
public final class Arguments {
  private final Map<String, String> values;

  private Arguments(Map<String, String> values) {
    this.values = values;
  }

  /**
   * Reads a command line.
   *
   * @param known the names that are allowed, without the dashes
   * @throws IllegalArgumentException if an option is unknown or lacks its value
   */
  public static Arguments parse(String[] args, List<String> known) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < args.length; i += 2) {
      String name = args[i].startsWith("--") ? args[i].substring(2) : "";
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "unknown option " + args[i] + ", known are --" + String.join(" --", known));
      }
      if (i + 1 == args.length) {
        throw new IllegalArgumentException(args[i] + " needs a value");
      }
      values.put(name, args[i + 1]);
    }
    return new Arguments(values);
  }

  public String text(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  /**
   * Returns the option's number, or {@code otherwise} if it was not given.
   *
   * @throws IllegalArgumentException if the value is not a whole number from {@code lowest} on
   */
  public int number(String name, int otherwise, int lowest) {
    String value = values.get(name);
    if (value == null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= lowest) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("--" + name + " must be a whole number: " + value, e);
    }
    throw new IllegalArgumentException("--" + name + " must be at least " + lowest);
  }
}
