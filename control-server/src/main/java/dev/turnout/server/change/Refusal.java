package dev.turnout.server.change;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Why raising exposure is refused; each can be gone against by a person who says so and why. */
public enum Refusal {
  /** A step of the flag's ladder, or a stage of its rollout, would be left out. */
  LADDER,
  /** The stage that its rollout is in has not lasted as long as planned. */
  HOLD,
  /** The flag is frozen. */
  FROZEN,
  /** Another flag is on its way up. */
  ROLLOUT,
  /** It is a time in which nothing is to be raised. */
  BLACKOUT,
  /** A flag that this one depends on is in no state to be depended on. */
  DEPENDENCY;

  /** The name that people use. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the refusal of that name, or null. */
  public static @Nullable Refusal named(String wireName) {
    for (Refusal refusal : values()) {
      if (refusal.wireName().equals(wireName)) {
        return refusal;
      }
    }
    return null;
  }
}
