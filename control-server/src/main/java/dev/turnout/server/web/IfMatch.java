package dev.turnout.server.web;

import dev.turnout.flags.Flag;
import dev.turnout.server.problem.Problem;
import io.javalin.http.Context;
import java.util.Arrays;
import java.util.List;
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
    return "\"" + flag.revision() + "\"";
  }

  /**
   * Insists on the condition.
   *
   * @param flag as it stands; null if there is none
   * @throws ProblemException with status 412 if it is another
   */
  void check(@Nullable Flag flag) {
    if (tags.isEmpty() || (flag != null && (tags.contains("*") || tags.contains(tag(flag))))) {
      return;
    }
    throw new ProblemException(
        Problem.of(
            412,
            flag == null
                ? "If-Match: there is no such flag"
                : "If-Match: the flag is at " + tag(flag) + ", not " + String.join(", ", tags)));
  }
}
