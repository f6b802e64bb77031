package dev.turnout.server.auth;

import java.util.Locale;

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

  String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  static TokenKind named(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }
}
