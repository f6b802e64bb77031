package dev.turnout.agent;

import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Percentage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Flags that are pinned for this JVM: {@code -Dturnout.flag.NAME=VALUE}, or in the environment
 * {@code TURNOUT_FLAG_NAME=VALUE} with the name in upper case and underscores for whatever a
 * variable's name cannot hold. The value is {@code on}, {@code off}, {@code true}, {@code false},
 * {@code 1} for on, {@code 0} for off, or a percentage such as {@code 25} or {@code 1%}. Immutable.
 */
public final class Overrides {
  /** No flag is pinned. */
  public static final Overrides NONE = new Overrides(Map.of(), Map.of(), List.of());

  /** What the names of properties that pin begin with. */
  static final String PROPERTY = "turnout.flag.";

  /** What the names of variables that pin begin with. */
  static final String VARIABLE = "TURNOUT_FLAG_";

  private final Map<String, Override> byName;
  private final Map<String, Override> byVariable;
  private final List<String> problems;

  /**
   * One pinned flag.
   *
   * @param share the share of calls that take the new path
   * @param origin where it is said
   */
  public record Override(Percentage share, String origin) {}

  private Overrides(
      Map<String, Override> byName, Map<String, Override> byVariable, List<String> problems) {
    this.byName = byName;
    this.byVariable = byVariable;
    this.problems = List.copyOf(problems);
  }

  /** Reads the overrides. One that is wrong pins nothing, and is among {@link #problems}. */
  static Overrides read(Properties system, Map<String, String> environment) {
    List<String> problems = new ArrayList<>();
    Map<String, Override> byName = new LinkedHashMap<>();
    for (String property : system.stringPropertyNames()) {
      if (property.startsWith(PROPERTY)) {
        String name = property.substring(PROPERTY.length());
        parse(name, "-D" + property, system.getProperty(property), byName, problems);
      }
    }
    Map<String, Override> byVariable = new LinkedHashMap<>();
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      if (variable.getKey().startsWith(VARIABLE)
          && !ServiceLinks.is(variable.getKey(), variable.getValue())) {
        String name = variable.getKey().substring(VARIABLE.length());
        if (name.equals(variable(name))) {
          parse(name, variable.getKey(), variable.getValue(), byVariable, problems);
        } else {
          problems.add(
              variable.getKey()
                  + " pins nothing: in a variable's name a flag's is in upper case, with _ for what"
                  + " is no letter or digit: "
                  + variableOf(name));
        }
      }
    }
    return new Overrides(byName, byVariable, problems);
  }

  private static void parse(
      String name,
      String origin,
      String value,
      Map<String, Override> pinned,
      List<String> problems) {
    try {
      pinned.put(name, new Override(share(value), origin));
    } catch (NumberFormatException | InvalidFlagException e) {
      problems.add(
          origin
              + " must be on, off, 1, 0 or a percentage from 0 to 100, not \""
              + value
              + "\"; it pins nothing");
    }
  }

  /** Whether a value is one that a pin may have. */
  static boolean isShare(String value) {
    try {
      Percentage unused = share(value);
      return true;
    } catch (NumberFormatException | InvalidFlagException e) {
      return false;
    }
  }

  private static Percentage share(String value) {
    String text = value.trim().toLowerCase(Locale.ROOT);
    return switch (text) {
      case "on", "true", "1" -> Percentage.of(100);
      case "off", "false", "0" -> Percentage.ZERO;
      default -> {
        String number = text.endsWith("%") ? text.substring(0, text.length() - 1).trim() : text;
        // Java reads 25f, 0x1p4 and NaN too, which nobody means by a percentage.
        if (!number.matches("\\d+(\\.\\d+)?")) {
          throw new NumberFormatException(value);
        }
        yield Percentage.of(Double.parseDouble(number));
      }
    };
  }

  /** What is wrong, a line each that says what would be right. */
  List<String> problems() {
    return problems;
  }

  /** Returns what a flag is pinned to, or null; a system property wins over a variable. */
  public @Nullable Override of(String flag) {
    Override own = byName.get(flag);
    return own != null ? own : byVariable.get(variable(flag));
  }

  /** Whether nothing is pinned. */
  boolean isEmpty() {
    return byName.isEmpty() && byVariable.isEmpty();
  }

  /** Says, a line each, what pins none of these flags. */
  List<String> inVain(Collection<String> flags) {
    Set<String> variables = new HashSet<>();
    flags.forEach(flag -> variables.add(variable(flag)));
    List<String> lines = new ArrayList<>();
    byName.forEach((name, pin) -> tellInVain(flags.contains(name), pin, lines));
    byVariable.forEach((name, pin) -> tellInVain(variables.contains(name), pin, lines));
    return lines;
  }

  private static void tellInVain(boolean pins, Override pin, List<String> lines) {
    if (!pins) {
      lines.add(
          pin.origin()
              + ": this JVM has no gate of such a flag so far, nor heard of one; if that is not its"
              + " name, nothing is pinned");
    }
  }

  /** The name of the variable that pins a flag. */
  static String variableOf(String flag) {
    return VARIABLE + variable(flag);
  }

  private static String variable(String flag) {
    return flag.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }
}
