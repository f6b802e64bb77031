package dev.turnout.sample.demo;

/** What a step waited for did not come about, so that the story cannot go on. */
final class StepFailed extends RuntimeException {
  StepFailed(String message) {
    super(message);
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
