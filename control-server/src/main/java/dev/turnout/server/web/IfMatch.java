package dev.turnout.server.web;

import dev.turnout.flags.Flag;
import dev.turnout.flags.Stop;
import dev.turnout.server.problem.Problem;
import io.javalin.http.Context;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The condition that a client may put on a change: that the flag is still the one it read. A flag's
 * entity tag is its revision in quotes.
 */
final class IfMatch {
  private final List<String> tags;

  private IfMatch(List<String> tags) {
    this.tags = tags;
  }

  /** Returns the request's condition; one that always holds if it has none. */
  static IfMatch of(Context context) {
    String header = context.header("If-Match");
    return new IfMatch(
        header == null ? List.of() : Arrays.asList(header.strip().split("\\s*,\\s*")));
  }

  /** The flag's entity tag. */
  static String tag(Flag flag) {
    return tag(flag.revision());
  }

  /** The entity tag of what last changed with that revision. */
  static String tag(long revision) {
    return "\"" + revision + "\"";
  }

  /**
   * Insists on the condition.
   *
   * @param flag as it stands; null if there is none
   * @throws ProblemException with status 412 if it is another
   */
  void check(@Nullable Flag flag) {
    String otherwise = otherwise(flag);
    if (otherwise != null) {
      throw new ProblemException(Problem.of(412, otherwise));
    }
  }

  /**
   * Says what the flag is now if the condition does not hold; null if it does.
   *
   * @param flag as it stands; null if there is none
   */
  @Nullable String otherwise(@Nullable Flag flag) {
    String otherwise = otherwise("flag", flag == null ? null : flag.revision());
    return otherwise == null || flag == null ? otherwise : otherwise + "; it is " + state(flag);
  }

  private static String state(Flag flag) {
    Stop stop = flag.stop();
    if (stop == null) {
      return flag.enabled() ? "enabled" : "disabled";
    }
    return stop.kind().name().toLowerCase(Locale.ROOT)
        + " by "
        + stop.by()
        + " at "
        + stop.at()
        + ": "
        + stop.reason();
  }

  /**
   * Insists on the condition.
   *
   * @param what people call it
   * @param revision with which it last changed; null if it is not there
   * @throws ProblemException with status 412 if it is another
   */
  void check(String what, @Nullable Long revision) {
    String otherwise = otherwise(what, revision);
    if (otherwise != null) {
      throw new ProblemException(Problem.of(412, otherwise));
    }
  }

  private @Nullable String otherwise(String what, @Nullable Long revision) {
    if (tags.isEmpty()
        || (revision != null && (tags.contains("*") || tags.contains(tag(revision))))) {
      return null;
    }
    return revision == null
        ? "If-Match: there is no such " + what
        : "If-Match: the " + what + " is at " + tag(revision) + ", not " + String.join(", ", tags);
  }
}
