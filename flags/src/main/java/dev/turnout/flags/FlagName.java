package dev.turnout.flags;

/**
 * The rule for names of flags, variants, rings, users and instances: what may appear in a URL and a
 * log. A name of dots only is none, for in a URL it would lead elsewhere.
 */
public final class FlagName {
  private static final int LONGEST = 128;

  private FlagName() {}

  /** Returns whether {@code name} is a valid flag name. */
  public static boolean isValid(String name) {
    boolean onlyDots = true;
    // Not by a pattern: this is done for every name of every snapshot, in every application.
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean isFit =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '.'
              || c == '_'
              || c == '-';
      if (!isFit) {
        return false;
      }
      onlyDots &= c == '.';
    }
    return !onlyDots && name.length() <= LONGEST;
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
