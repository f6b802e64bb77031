package dev.turnout.flags;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The JVM that a decision is made in or for.
 *
 * @param service the service's name
 * @param instance the instance's name, unique within the service
 * @param region the region; empty if unknown
 * @param labels whatever else tells it from others, for people who look for it; by name
 */
public record Host(String service, String instance, String region, Map<String, String> labels) {
  /** A host of which nothing is known. */
  public static final Host UNKNOWN = new Host("", "", "");

  public Host {
    labels = Collections.unmodifiableMap(new TreeMap<>(labels));
  }

  /** A host without labels. */
  public Host(String service, String instance, String region) {
    this(service, instance, region, Map.of());
  }
}
