package dev.turnout.flags;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Why a flag is off until somebody resets it, whatever its percentage says.
 *
 * @param kind by a person or by a limit
 * @param by who: a token's name, or the instance whose limit was breached
 * @param at when
 * @param reason for people: which limit, what was seen, over how many calls; what is given is put
 *     into one line of at most {@value #MAX_REASON} characters, for a stop must never be refused
 *     for its words, and every flag may have one in a snapshot of bounded size
 * @param evidence the trip's figures; null for a kill
 */
public record Stop(Kind kind, String by, Instant at, String reason, @Nullable Trip evidence) {
  /** The longest reason, in UTF-16 units. */
  public static final int MAX_REASON = 200;

  public Stop {
    reason = shortened(inOneLine(reason));
  }

  /** Who stopped the flag. */
  public enum Kind {
    /** A person or a program said so. */
    KILLED,
    /** A limit was breached. */
    TRIPPED
  }

  private static String inOneLine(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> Character.isISOControl(c) ? ' ' : isHalfAPair(c) ? '?' : c)
        .forEach(line::appendCodePoint);
    return line.toString();
  }

  // No UTF-8 can carry it.
  private static boolean isHalfAPair(int codePoint) {
    return Character.getType(codePoint) == Character.SURROGATE;
  }

  private static String shortened(String text) {
    if (text.length() <= MAX_REASON) {
      return text;
    }
    int end = MAX_REASON - 1;
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
  }
}
