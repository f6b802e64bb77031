package dev.turnout.server.web;

import dev.turnout.server.problem.Problem;

/** A request that ends with a problem document. */
final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  ProblemException(Problem problem) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
  }

  /** What the client is told. */
  Problem problem() {
    return problem;
  }
}
