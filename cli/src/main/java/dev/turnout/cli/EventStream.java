package dev.turnout.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Predicate;

/** Server-sent events, of one connection to the next. */
final class EventStream {
  private static final String GOODBYE = "goodbye";

  private String lastId;

  /**
   * Begins at a place.
   *
   * @param lastId the id of the last event that is known; empty to let the server choose
   */
  EventStream(String lastId) {
    this.lastId = lastId;
  }

  /**
   * An event.
   *
   * @param name what it is
   * @param data what it says
   */
  record Event(String name, String data) {}

  /**
   * How a connection ended that may be made again.
   *
   * @param why for people
   * @param reached whether the server answered at all
   * @param retryAfter how long it wants to be left alone
   * @param within over how long it wants its readers to come back; zero if it did not say
   */
  record End(String why, boolean reached, Duration retryAfter, Duration within) {}

  /** The place to come back to: the id that was read last; empty before there is one. */
  String lastId() {
    return lastId;
  }

  /**
   * Hands over events until the stream ends or {@code wanted} is false.
   *
   * @throws IOException if the connection breaks off
   */
  End read(InputStream body, Predicate<Event> wanted) throws IOException {
    Duration within = Duration.ZERO;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
      String id = lastId;
      String name = "";
      StringBuilder data = new StringBuilder();
      String line;
      while ((line = lines.readLine()) != null) {
        if (line.isEmpty()) {
          // Only now: an event that was cut off did not come.
          lastId = id;
          if (name.equals(GOODBYE)) {
            within =
                Duration.ofMillis(
                    ControlApi.json()
                        .readTree(data.toString())
                        .path("reconnect_within_ms")
                        .asLong(0));
          } else if (data.length() > 0 && !wanted.test(new Event(name, data.toString()))) {
            break;
          }
          name = "";
          data.setLength(0);
        } else if (line.startsWith("id: ")) {
          id = line.substring("id: ".length());
        } else if (line.startsWith("event: ")) {
          name = line.substring("event: ".length());
        } else if (line.startsWith("data: ")) {
          data.append(line, "data: ".length(), line.length());
        }
      }
    }
    return new End("the server ended the stream", true, Duration.ZERO, within);
  }
}
