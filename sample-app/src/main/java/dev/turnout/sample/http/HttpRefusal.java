package dev.turnout.sample.http;

/** A request that cannot be answered as asked; becomes a JSON error with its status. */
public final class HttpRefusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  /**
   * @param status an HTTP status from 400 to 599
   */
  public HttpRefusal(int status, String message) {
    super(message);
    this.status = status;
  }

  int status() {
    return status;
  }
}
