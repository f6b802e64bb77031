package dev.turnout;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the implementation that runs while a flag is off; see {@link Flagged} for how the two are
 * matched. A trailing {@link Throwable} parameter receives the new implementation's failure when it
 * runs because of {@link Flagged.OnError#FALLBACK}, and null otherwise.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Fallback {

  /** The flag's name, the same as in {@link Flagged#value()}. */
  String value();
}
