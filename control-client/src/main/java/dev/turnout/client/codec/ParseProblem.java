package dev.turnout.client.codec;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.exc.MismatchedInputException;

/**
 * What is wrong with a document, for those who wrote it. The parser's own words are about its
 * features and its classes.
 */
final class ParseProblem {
  private static final Pattern DUPLICATE = Pattern.compile("(?s)Duplicate[^\"']*[\"'](.*?)[\"'].*");

  private ParseProblem() {}

  /** Returns one line, which begins with line and column where they are known. */
  static String describe(
      JacksonException problem, ObjectMapper mapper, String format, byte[] content) {
    TokenStreamLocation location =
        problem instanceof StreamConstraintsException
            ? whereReadingEnds(mapper, content)
            : problem.getLocation();
    return where(location) + what(problem, format);
  }

  // Whoever checks the bounds inside the parser does not know where it is.
  private static @Nullable TokenStreamLocation whereReadingEnds(
      ObjectMapper mapper, byte[] content) {
    try (JsonParser parser = mapper.createParser(content)) {
      try {
        while (parser.nextToken() != null) {
          // All that matters is how far it gets.
        }
      } catch (JacksonException e) {
        return parser.currentLocation();
      }
    }
    return null;
  }

  private static String where(@Nullable TokenStreamLocation location) {
    return location == null || location.getLineNr() < 1
        ? ""
        : "line " + location.getLineNr() + ", column " + location.getColumnNr() + ": ";
  }

  private static String what(JacksonException problem, String format) {
    String message = problem.getOriginalMessage();
    Matcher duplicate = DUPLICATE.matcher(message == null ? "" : message);
    if (duplicate.matches()) {
      return "\"" + duplicate.group(1) + "\" is there twice";
    }
    if (problem instanceof UnexpectedEndOfInputException) {
      return "the document ends too early";
    }
    if (problem instanceof StreamConstraintsException) {
      return "the document's depth or length is too much: at most "
          + Json.MAX_DEPTH
          + " levels, "
          + Json.MAX_TOKENS
          + " tokens and "
          + Json.MAX_TEXT
          + " characters in a text";
    }
    if (problem instanceof MismatchedInputException) {
      return "something follows after the document's end";
    }
    return "this is not valid " + format;
  }
}
