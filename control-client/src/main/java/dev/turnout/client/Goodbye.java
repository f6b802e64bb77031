package dev.turnout.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.client.codec.CodecException;
import dev.turnout.client.codec.Json;
import java.time.Duration;
import tools.jackson.databind.JsonNode;

/** What a server says when it stops: over how long its agents should come back. */
final class Goodbye {
  // A server cannot send an agent to sleep for good.
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private Goodbye() {}

  /** Returns over how long; zero if it is not said in a way that is understood. */
  static Duration within(String data) {
    JsonNode millis;
    try {
      millis = Json.parse(data.getBytes(UTF_8)).path("reconnect_within_ms");
    } catch (CodecException e) {
      // The back-off holds then, as for a server that says nothing.
      return Duration.ZERO;
    }
    if (!millis.isIntegralNumber() || !millis.canConvertToLong() || millis.longValue() < 0) {
      return Duration.ZERO;
    }
    Duration within = Duration.ofMillis(millis.longValue());
    return within.compareTo(LONGEST) > 0 ? LONGEST : within;
  }
}
