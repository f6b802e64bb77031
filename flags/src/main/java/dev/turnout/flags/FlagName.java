package dev.turnout.flags;

import java.util.regex.Pattern;

/**
 * The rule for names of flags, variants, rings, users and instances: what may appear in a URL and a
 * log. A name of dots only is none, for in a URL it would lead elsewhere.
 */
public final class FlagName {
  private static final Pattern VALID = Pattern.compile("(?!\\.+$)[a-zA-Z0-9._-]{1,128}");

  private FlagName() {}

  /** Returns whether {@code name} is a valid flag name. */
  public static boolean isValid(String name) {
    return VALID.matcher(name).matches();
  }

  /**
   * Returns {@code name} if it is valid.
   *
   * @throws InvalidFlagException naming {@code field} if it is not
   */
  public static String check(String field, String name) {
    if (!isValid(name)) {
      throw new InvalidFlagException(
          field,
          "must be 1 to 128 characters out of a-z A-Z 0-9 . _ - and not only dots, but is \""
              + name
              + "\"");
    }
    return name;
  }
}
