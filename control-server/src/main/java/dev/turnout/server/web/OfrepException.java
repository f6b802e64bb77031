package dev.turnout.server.web;

/** A request for evaluation that cannot be understood, by OpenFeature's error codes. */
final class OfrepException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final String details;

  OfrepException(String code, String details) {
    super(details, null, false, false);
    this.code = code;
    this.details = details;
  }

  String code() {
    return code;
  }

  /** What is wrong and what would be right, for people. */
  String details() {
    return details;
  }
}
