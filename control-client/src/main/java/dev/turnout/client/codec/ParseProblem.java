package dev.turnout.client.codec;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;

/**
 * What is wrong with a document, for those who wrote it. The parser's own words are about its
 * features and its classes.
 */
final class ParseProblem {
  private ParseProblem() {}

  /** Returns one line, which begins with line and column where they are known. */
  static String describe(
      JacksonException problem, TokenStreamFactory factory, String format, byte[] content) {
    TokenStreamLocation location =
        problem instanceof StreamConstraintsException
            ? whereReadingEnds(factory, content)
            : problem.getLocation();
    return Tree.where(location) + what(problem, format);
  }

  // Whoever checks the bounds inside the parser does not know where it is.
  private static @Nullable TokenStreamLocation whereReadingEnds(
      TokenStreamFactory factory, byte[] content) {
    try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), content)) {
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

  private static String what(JacksonException problem, String format) {
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
    return "this is not valid " + format;
  }
}
