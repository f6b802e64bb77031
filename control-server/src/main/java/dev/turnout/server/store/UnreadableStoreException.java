package dev.turnout.server.store;

import org.jspecify.annotations.Nullable;

/** The store holds what this server cannot understand. */
public final class UnreadableStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnreadableStoreException(String what, @Nullable Exception why) {
    super("the store holds what cannot be understood: " + what, why);
  }
}
