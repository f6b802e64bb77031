package dev.turnout.sample.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** A request whose route is known. */
public final class Request {
  private final JsonMapper mapper;
  private final Map<String, String> pathValues;
  private final @Nullable String user;
  private final byte[] body;

  Request(JsonMapper mapper, Map<String, String> pathValues, @Nullable String user, byte[] body) {
    this.mapper = mapper;
    this.pathValues = pathValues;
    this.user = user;
    this.body = body;
  }

  /** Returns the user of the header {@code X-User}, or null. */
  public @Nullable String user() {
    return user;
  }

  /** Returns the part of the path that stands where the route has <code>{name}</code>. */
  public String pathValue(String name) {
    String value = pathValues.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the route has no {" + name + "}");
    }
    return value;
  }

  /**
   * Reads the body; an empty one stands for <code>{}</code>.
   *
   * @throws HttpRefusal with status 400 if it is not JSON of that shape
   */
  public <T> T body(Class<T> type) {
    try {
      T value = body.length == 0 ? mapper.readValue("{}", type) : mapper.readValue(body, type);
      if (value == null) {
        throw new HttpRefusal(400, "the body must be a JSON object");
      }
      return value;
    } catch (JacksonException e) {
      throw new HttpRefusal(400, "the body is not the expected JSON: " + e.getOriginalMessage());
    }
  }
}
