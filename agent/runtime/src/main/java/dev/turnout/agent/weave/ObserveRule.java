package dev.turnout.agent.weave;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Methods that are measured and never routed, as a gates file names them.
 *
 * @param where the file, line and column, for people
 * @param name what their calls are counted under
 * @param methods which
 * @param except which of these are not
 */
record ObserveRule(String where, String name, MethodPattern methods, List<MethodPattern> except) {

  /** {@code class#method} where an asterisk stands for any characters. */
  record MethodPattern(Pattern className, Pattern method) {
    static MethodPattern of(String className, String method) {
      return new MethodPattern(glob(className), glob(method));
    }

    private static Pattern glob(String text) {
      StringBuilder regex = new StringBuilder();
      for (String part : text.split("\\*", -1)) {
        regex.append(regex.length() == 0 ? "" : ".*").append(Pattern.quote(part));
      }
      return Pattern.compile(regex.toString());
    }

    boolean matches(String type, String name) {
      return className.matcher(type).matches() && method.matcher(name).matches();
    }
  }

  private static final String ANY = MethodPattern.glob("*").pattern();

  /** Whether any method of a class may be observed. */
  boolean concerns(String type) {
    if (!methods.className().matcher(type).matches() || !means(type, false)) {
      return false;
    }
    for (MethodPattern pattern : except) {
      if (pattern.method().pattern().equals(ANY) && pattern.className().matcher(type).matches()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether a method is observed.
   *
   * @param madeUp whether its class says of itself that nobody wrote it
   */
  boolean matches(String type, String method, boolean madeUp) {
    if (!methods.matches(type, method) || !means(type, madeUp)) {
      return false;
    }
    for (MethodPattern pattern : except) {
      if (pattern.matches(type, method)) {
        return false;
      }
    }
    return true;
  }

  // A proxy has its class's package and nearly its name, and a call through it is counted there. So
  // none is meant by chance, but by its whole name, or by what its maker calls all of them.
  private boolean means(String type, boolean madeUp) {
    String generator = ClassFacts.generator(type);
    if (generator.isEmpty() && !madeUp) {
      return true;
    }
    String named = methods.className().pattern();
    return named.equals(Pattern.quote(type)) || (!generator.isEmpty() && named.contains(generator));
  }
}
