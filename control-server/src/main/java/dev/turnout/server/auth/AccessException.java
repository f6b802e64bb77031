package dev.turnout.server.auth;

import dev.turnout.server.problem.Problem;

/** Whoever asks may not. */
public final class AccessException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  private AccessException(Problem problem) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
  }

  static AccessException unknown() {
    return new AccessException(
        Problem.of(401, "a valid token is needed: Authorization: Bearer TOKEN"));
  }

  static AccessException forbidden(String detail) {
    return new AccessException(Problem.of(403, detail));
  }

  /** What the client is told. */
  public Problem problem() {
    return problem;
  }
}
