package dev.turnout.server.auth;

import dev.turnout.flags.InvalidFlagException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a token is for. */
public enum TokenKind {
  /** The agents' side only. */
  AGENT,
  /** Reads. */
  VIEWER,
  /** Reads and edits. */
  OPERATOR,
  /** Reads, and moves callers towards the fallback. */
  KILLER,
  /** Everything. */
  ADMIN;

  /** Returns whether a token of this kind has the right. */
  public boolean has(Right right) {
    return switch (this) {
      case AGENT -> right == Right.AGENT;
      case VIEWER -> right == Right.READ;
      case OPERATOR -> right == Right.READ || right == Right.STOP || right == Right.EDIT;
      case KILLER -> right == Right.READ || right == Right.STOP;
      case ADMIN -> true;
    };
  }

  /** The kind's name in the HTTP interface and in the store. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the kind of that name in lower case.
   *
   * @throws InvalidFlagException naming {@code field} if there is none
   */
  public static TokenKind named(String field, String wireName) {
    return Arrays.stream(values())
        .filter(kind -> kind.wireName().equals(wireName))
        .findFirst()
        .orElseThrow(() -> new InvalidFlagException(field, "must be one of " + names()));
  }

  private static String names() {
    return Arrays.stream(values()).map(TokenKind::wireName).collect(Collectors.joining(", "));
  }
}
