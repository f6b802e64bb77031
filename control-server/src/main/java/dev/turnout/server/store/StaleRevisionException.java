package dev.turnout.server.store;

/** Another process changed the store since the snapshot that a change was drafted from. */
public final class StaleRevisionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StaleRevisionException(long expected) {
    super("the store is no longer at revision " + expected);
  }
}
