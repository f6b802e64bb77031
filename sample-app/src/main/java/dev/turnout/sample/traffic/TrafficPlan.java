package dev.turnout.sample.traffic;

import java.net.URI;
import java.util.List;

/**
 * Who plays where and how much.
 *
 * @param services the base URLs of game services, at least one; games are spread over them evenly
 * @param users how many players there are, {@code user-1} and so on
 * @param callsPerSecond HTTP calls per second of all players together
 */
public record TrafficPlan(List<URI> services, int users, int callsPerSecond) {
  /** How many players there are unless it is said. */
  public static final int DEFAULT_USERS = 300;

  /** How many calls per second are made unless it is said. */
  public static final int DEFAULT_CALLS_PER_SECOND = 200;

  /**
   * @throws IllegalArgumentException if there is no service, player or call
   */
  public TrafficPlan {
    services = List.copyOf(services);
    if (services.isEmpty() || users < 1 || callsPerSecond < 1) {
      throw new IllegalArgumentException(
          "traffic needs a service, a user and a rate of at least 1");
    }
  }

  /** Returns a plan with the default players and rate. */
  public static TrafficPlan against(URI... services) {
    return new TrafficPlan(List.of(services), DEFAULT_USERS, DEFAULT_CALLS_PER_SECOND);
  }

  public TrafficPlan withUsers(int newUsers) {
    return new TrafficPlan(services, newUsers, callsPerSecond);
  }

  public TrafficPlan withCallsPerSecond(int newCallsPerSecond) {
    return new TrafficPlan(services, users, newCallsPerSecond);
  }

  /**
   * Returns the ring of a player: the first tenth of all players is {@code internal}, the next two
   * tenths are {@code beta}, the rest is {@code ga}.
   *
   * @param number from 1 to {@link #users}
   */
  public String ring(int number) {
    long tenths = 10L * (number - 1);
    if (tenths < users) {
      return "internal";
    }
    return tenths < 3L * users ? "beta" : "ga";
  }
}
