package dev.turnout.agent;

import dev.turnout.Flagged;

/** Lacks what the agent needs. */
public class Miswired {
  @Flagged("f")
  String lonely() {
    return "as written";
  }
}
