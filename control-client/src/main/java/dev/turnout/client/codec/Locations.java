package dev.turnout.client.codec;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonPointer;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;

/**
 * Finds the line of a field after it was found wrong. A tree does not keep locations, and the one
 * reading in a thousand that fails can afford to parse again.
 */
final class Locations {
  private Locations() {}

  /** Returns {@code "line 3, column 5: "}, or nothing if the place is not known. */
  static String describe(
      TokenStreamFactory format, byte[] content, JsonPointer base, String field) {
    // The deepest that is found wins: a missing field has no place of its own.
    List<String> candidates = new ArrayList<>();
    JsonPointer pointer = base;
    candidates.add(pointer.toString());
    for (String step : field.split("\\.", -1)) {
      pointer = pointer.appendProperty(step);
      candidates.add(pointer.toString());
    }
    TokenStreamLocation found = find(format, content, candidates);
    return Tree.where(found);
  }

  private static @Nullable TokenStreamLocation find(
      TokenStreamFactory format, byte[] content, List<String> candidates) {
    TokenStreamLocation found = null;
    int depth = 0;
    try (JsonParser parser = format.createParser(ObjectReadContext.empty(), content)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        int rank = candidates.indexOf(parser.streamReadContext().pathAsPointer().toString());
        if (rank > depth) {
          depth = rank;
          found = parser.currentTokenLocation();
        } else if (rank == 0 && found == null && !candidates.get(0).isEmpty()) {
          found = parser.currentTokenLocation();
        }
      }
    } catch (JacksonException e) {
      return found;
    }
    return found;
  }
}
