package dev.turnout.sample.http;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A method and a path, and who answers them.
 *
 * @param template a path such as <code>/games/{id}/turns</code>
 */
public record Route(String method, String template, Endpoint endpoint) {

  /** Returns the values of the template's placeholders, or nothing if the path is another one. */
  Optional<Map<String, String>> match(String path) {
    List<String> expected = segments(template);
    List<String> actual = segments(path);
    if (expected.size() != actual.size()) {
      return Optional.empty();
    }
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < expected.size(); i++) {
      String part = expected.get(i);
      if (part.startsWith("{")) {
        values.put(part.substring(1, part.length() - 1), actual.get(i));
      } else if (!part.equals(actual.get(i))) {
        return Optional.empty();
      }
    }
    return Optional.of(values);
  }

  private static List<String> segments(String path) {
    return List.of(path.split("/"));
  }

  /** Answers the requests of a route, on several threads at once. */
  @FunctionalInterface
  public interface Endpoint {
    /**
     * Returns the answer to {@code request}.
     *
     * @throws HttpRefusal if the request is wrong; any other exception gives status 500
     */
    Answer answer(Request request);
  }
}
