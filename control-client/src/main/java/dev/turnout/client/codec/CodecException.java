package dev.turnout.client.codec;

import org.jspecify.annotations.Nullable;

/** A document that cannot be read at all; the message says where and why, for people. */
public final class CodecException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public CodecException(String message) {
    this(message, null);
  }

  /** Creates the exception. */
  public CodecException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
