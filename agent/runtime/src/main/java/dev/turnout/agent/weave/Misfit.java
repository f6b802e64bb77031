package dev.turnout.agent.weave;

/** A method that cannot be gated, or cannot be what a gate leads to; says why. */
final class Misfit extends Exception {
  private static final long serialVersionUID = 1;

  Misfit(String message) {
    super(message, null, false, false);
  }
}
