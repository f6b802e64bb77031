package dev.turnout.flags;

/**
 * The JVM that a decision is made in or for.
 *
 * @param service the service's name
 * @param instance the instance's name, unique within the service
 * @param region the region; empty if unknown
 */
public record Host(String service, String instance, String region) {
  /** A host of which nothing is known. */
  public static final Host UNKNOWN = new Host("", "", "");
}
