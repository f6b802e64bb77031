package dev.turnout.sample.http;

/**
 * What goes back to the caller.
 *
 * @param body anything that Jackson can write
 */
public record Answer(int status, Object body) {

  public static Answer ok(Object body) {
    return new Answer(200, body);
  }

  public static Answer created(Object body) {
    return new Answer(201, body);
  }

  /**
   * Returns an error as JSON.
   *
   * @param error a short word for programs, such as {@code not_found}
   */
  public static Answer error(int status, String error, String message) {
    return new Answer(status, new ErrorBody(status, error, message));
  }

  private record ErrorBody(int status, String error, String message) {}
}
