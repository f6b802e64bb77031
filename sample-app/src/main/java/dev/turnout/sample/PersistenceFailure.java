package dev.turnout.sample;

import org.jspecify.annotations.Nullable;

/** The database could not be read or written, or the fault switch says so. */
final class PersistenceFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PersistenceFailure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
