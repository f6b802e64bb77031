package dev.turnout.server.change;

import dev.turnout.client.codec.FlagCodec;
import dev.turnout.client.codec.Json;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.store.EnvironmentJson;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * How much of what a reader takes a snapshot uses up: a document beyond a reader's bounds would
 * reach no agent, and the server itself could not start from it again.
 *
 * <p>Measured is what people can make grow: names, lists, texts. Switches, percentages and
 * revisions count at their longest, and stops not at all; so no change towards the fallback ever
 * needs room. (The weights of variants, which lead nowhere near it, count as they are.) What that
 * leaves out has a bound of its own, and with it a full snapshot still fits: {@link #MAX_BYTES} and
 * a stop of every flag are less than {@link Json#MAX_BYTES}.
 *
 * @param bytes of JSON
 * @param tokens of JSON
 */
record Footprint(long bytes, long tokens) {
  /** The most bytes that people may fill. */
  static final long MAX_BYTES = 32_000_000;

  /** The most tokens that people may fill. */
  static final long MAX_TOKENS = 3_000_000;

  private static final Percentage LONGEST = Percentage.of(33.333);

  /** Measures a snapshot. */
  static Footprint of(Snapshot snapshot) {
    Footprint sum = ofEnvironment(snapshot);
    for (Flag flag : snapshot.flags().values()) {
      sum = sum.plus(of(flag));
    }
    return sum;
  }

  /**
   * Measures what became of a snapshot, by what differs.
   *
   * @param before the snapshot that this is the footprint of
   */
  Footprint after(Snapshot before, Snapshot after) {
    Footprint sum = minus(ofEnvironment(before)).plus(ofEnvironment(after));
    for (Flag flag : before.flags().values()) {
      if (!flag.equals(after.flag(flag.name()))) {
        sum = sum.minus(of(flag));
      }
    }
    for (Flag flag : after.flags().values()) {
      if (!flag.equals(before.flag(flag.name()))) {
        sum = sum.plus(of(flag));
      }
    }
    return sum;
  }

  /**
   * Insists that what was {@code before} did not grow beyond the bounds.
   *
   * @throws RefusedException if it did
   */
  void checkGrowth(Footprint before) {
    if (bytes > MAX_BYTES && bytes > before.bytes) {
      throw full(bytes + " bytes", MAX_BYTES);
    }
    if (tokens > MAX_TOKENS && tokens > before.tokens) {
      throw full(tokens + " JSON tokens", MAX_TOKENS);
    }
  }

  private static RefusedException full(String size, long most) {
    return new RefusedException(
        "flags, rings and canary users would take "
            + size
            + ", and "
            + most
            + " is the most that a snapshot may hold; remove what is not used any more");
  }

  private static Footprint ofEnvironment(Snapshot snapshot) {
    return of(EnvironmentJson.canary(new CanaryMode(false, snapshot.canary().users())))
        .plus(of(EnvironmentJson.rings(snapshot.ringMembers())));
  }

  private static Footprint of(Flag flag) {
    Map<String, Percentage> rings = new LinkedHashMap<>(flag.rings());
    rings.replaceAll((ring, share) -> LONGEST);
    return of(
        FlagCodec.toJson(
            flag.edit()
                .revision(Long.MAX_VALUE)
                .resetRevision(Long.MAX_VALUE)
                .enabled(false)
                .frozen(false)
                .percentage(LONGEST)
                .rings(rings)
                .stop(null)
                .done()));
  }

  private static Footprint of(JsonNode json) {
    return new Footprint(Json.bytes(json).length, countTokens(json));
  }

  private static long countTokens(JsonNode node) {
    if (!node.isContainer()) {
      return 1;
    }
    long tokens = node.isObject() ? 2L + node.size() : 2L;
    for (JsonNode value : node) {
      tokens += countTokens(value);
    }
    return tokens;
  }

  private Footprint plus(Footprint other) {
    return new Footprint(bytes + other.bytes, tokens + other.tokens);
  }

  private Footprint minus(Footprint other) {
    return new Footprint(bytes - other.bytes, tokens - other.tokens);
  }
}
