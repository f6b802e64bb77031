package dev.turnout.server.change;

/** What was asked for does not exist. */
public final class NotFoundException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message is for people. */
  public NotFoundException(String message) {
    super(message);
  }

  /** There is no flag of that name. */
  public static NotFoundException flag(String name) {
    return new NotFoundException("there is no flag " + name);
  }

  /** There is no rollout of that flag. */
  public static NotFoundException rollout(String flag) {
    return new NotFoundException("there is no rollout of " + flag);
  }

  /** There is no experiment of that name. */
  public static NotFoundException experiment(String name) {
    return new NotFoundException("there is no experiment " + name);
  }
}
