package dev.turnout.server;

import java.io.IOException;

/** A server that cannot start; the message is one line for the person who started it. */
public final class StartException extends IOException {
  private static final long serialVersionUID = 1L;

  StartException(String message, Throwable cause) {
    super(firstLine(message), cause);
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse(message);
  }
}
