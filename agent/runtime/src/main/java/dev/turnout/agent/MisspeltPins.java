package dev.turnout.agent;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Finds properties and variables that somebody meant to pin a flag by and that pin nothing, for
 * their names begin almost as those of pins do, but not quite: {@code turnout.flags.use_it}, {@code
 * TURNOUT_FLAGS_USE_IT}.
 */
final class MisspeltPins {
  private static final String AGENT = "turnout";
  private static final String WORD = "flag";
  private static final String WORDS = "flags";

  private MisspeltPins() {}

  /**
   * Returns a line for each that says what would pin, by {@code -Dproperty} or variable. An
   * option's name, as it is or but for dashes, dots and case, is none; nor is nearly an option's
   * with a value that no pin could have.
   */
  static Map<String, String> find(
      Properties system, Map<String, String> environment, Options options) {
    Map<String, String> lines = new LinkedHashMap<>();
    for (String property : system.stringPropertyNames()) {
      String flag = flag(property, system.getProperty(property), options);
      if (flag != null && !property.startsWith(Overrides.PROPERTY)) {
        lines.put(
            "-D" + property,
            ("-D%s pins nothing: a property that pins begins with %s, and the flag's own"
                    + " name follows: -D%s")
                .formatted(property, Overrides.PROPERTY, Overrides.PROPERTY + flag));
      }
    }
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      String name = variable.getKey();
      String flag = flag(name, variable.getValue(), options);
      if (flag != null
          && !name.startsWith(Overrides.VARIABLE)
          && !ServiceLinks.is(name, variable.getValue())) {
        lines.put(
            name,
            "%s pins nothing: a variable that pins begins with %s: %s"
                .formatted(name, Overrides.VARIABLE, Overrides.variableOf(flag)));
      }
    }
    return lines;
  }

  // The flag that this would pin if it were written rightly, or null. By hand: every start asks.
  private static @Nullable String flag(String name, String value, Options options) {
    if (!name.regionMatches(true, 0, AGENT, 0, AGENT.length())) {
      return null;
    }
    int from = AGENT.length();
    if (from < name.length() && isSeparator(name.charAt(from))) {
      from++;
    }
    int to = from;
    while (to < name.length() && !isSeparator(name.charAt(to))) {
      to++;
    }
    String word = name.substring(from, to).toLowerCase(Locale.ROOT);
    boolean meant =
        word.equals(WORD) || word.equals(WORDS) || (isNearly(word) && Overrides.isShare(value));
    if (!meant || to + 1 >= name.length()) {
      return null;
    }
    int distance = options.distanceToNearest(name.substring(from));
    boolean option = distance == 0 || (distance <= Options.NEAR && !Overrides.isShare(value));
    return option ? null : name.substring(to + 1);
  }

  private static boolean isSeparator(char c) {
    return c == '.' || c == '_' || c == '-';
  }

  // A letter too many or too few, or two that changed places; with another one it is a word of
  // somebody else's, such as flat.
  private static boolean isNearly(String word) {
    boolean swapped =
        Arrays.equals(sorted(word), sorted(WORD)) || Arrays.equals(sorted(word), sorted(WORDS));
    return swapped
        || (word.startsWith("f")
            && word.length() != WORD.length()
            && Options.distance(word, WORD) == 1);
  }

  private static char[] sorted(String word) {
    char[] letters = word.toCharArray();
    Arrays.sort(letters);
    return letters;
  }
}
