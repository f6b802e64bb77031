package dev.turnout.client;

import java.time.Duration;

/**
 * How long a {@link ControlClient} waits for what.
 *
 * @param poll between two polls, give or take 20 %
 * @param backOffFrom the longest wait after a first failure of the stream
 * @param backOffTo the longest wait after many
 * @param authLane the wait, give or take 20 %, after the stream was refused for its token
 * @param silence after which a stream that sent nothing, not even a comment, is dead
 * @param healthy how long a stream must have lived for the back-off to start over
 * @param connect the longest time to connect to one address of the server
 * @param answer the longest time until a poll or a report begins to be answered
 * @param call the longest time for the rest of the answer
 */
public record Timing(
    Duration poll,
    Duration backOffFrom,
    Duration backOffTo,
    Duration authLane,
    Duration silence,
    Duration healthy,
    Duration connect,
    Duration answer,
    Duration call) {
  /** What the contract with the server says. */
  public static final Timing DEFAULT =
      new Timing(
          Duration.ofSeconds(30),
          Duration.ofSeconds(1),
          Duration.ofSeconds(30),
          Duration.ofMinutes(5),
          Duration.ofSeconds(45),
          Duration.ofSeconds(60),
          Duration.ofSeconds(10),
          Duration.ofSeconds(15),
          Duration.ofSeconds(60));
}
