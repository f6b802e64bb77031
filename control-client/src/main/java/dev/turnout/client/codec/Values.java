package dev.turnout.client.codec;

import java.time.Duration;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Values written so that people like to read them and equal things are equal bytes. */
public final class Values {
  private static final double EXACT = 1L << 53;

  private Values() {}

  /** Puts 10 and not 10.0. */
  public static void put(ObjectNode json, String name, double value) {
    if (value == Math.rint(value) && Math.abs(value) < EXACT) {
      json.put(name, (long) value);
    } else {
      // JSON has no infinity; every reader would refuse the whole document.
      json.put(name, Double.isFinite(value) ? value : value > 0 ? Double.MAX_VALUE : 0);
    }
  }

  /** Adds 10 and not 10.0. */
  static void add(ArrayNode json, double value) {
    if (value == Math.rint(value) && Math.abs(value) < EXACT) {
      json.add((long) value);
    } else {
      json.add(value);
    }
  }

  /** Writes a length of time as {@link Fields#duration} reads it. */
  public static String text(Duration duration) {
    return duration.toMillisPart() == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
  }

  /** Puts a set, which has no order of its own, as a sorted list. */
  static void put(ObjectNode json, String name, Set<String> values) {
    ArrayNode array = json.putArray(name);
    values.stream().sorted().forEach(array::add);
  }
}
