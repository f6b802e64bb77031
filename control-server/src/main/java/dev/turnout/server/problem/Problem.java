package dev.turnout.server.problem;

import dev.turnout.client.codec.Json;
import dev.turnout.flags.InvalidFlagException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.eclipse.jetty.http.HttpStatus;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A failure as an RFC 9457 document.
 *
 * @param status the HTTP status
 * @param detail what is wrong and what would be right, for people
 * @param field the path of the offending field; null if it is none
 * @param overrides what would have it done all the same; empty where nothing would
 */
public record Problem(int status, String detail, @Nullable String field, List<String> overrides) {
  /** The media type. */
  public static final String CONTENT_TYPE = "application/problem+json";

  /** A problem that nothing overrides. */
  public Problem(int status, String detail, @Nullable String field) {
    this(status, detail, field, List.of());
  }

  /** A problem that no field is to blame for. */
  public static Problem of(int status, String detail) {
    return new Problem(status, detail, null);
  }

  /** A value that cannot be accepted. */
  public static Problem of(InvalidFlagException failure) {
    String message = failure.getMessage();
    return new Problem(400, message == null ? "invalid" : message, failure.field());
  }

  /** The document. */
  public byte[] json() {
    ObjectNode json =
        Json.object()
            .put("type", "about:blank")
            .put("title", HttpStatus.getMessage(status))
            .put("status", status)
            .put("detail", detail);
    if (field != null) {
      json.put("field", field);
    }
    if (!overrides.isEmpty()) {
      ArrayNode array = json.putArray("overrides");
      overrides.forEach(array::add);
    }
    return Json.bytes(json);
  }

  /** Answers with this. */
  public void write(HttpServletResponse response) throws IOException {
    response.setStatus(status);
    response.setContentType(CONTENT_TYPE);
    if (status == 401) {
      response.setHeader("WWW-Authenticate", "Bearer");
    }
    response.getOutputStream().write(json());
  }
}
