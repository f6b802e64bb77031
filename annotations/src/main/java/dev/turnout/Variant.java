package dev.turnout;

import java.lang.annotation.Documented;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says which method runs for one variant of a flag; see {@link Flagged#variants()}. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({})
public @interface Variant {

  /**
   * The variant's name as the flag has it: 1 to 128 characters out of {@code [a-zA-Z0-9._-]},
   * neither {@code on} nor {@code off} nor dots alone.
   */
  String name();

  /**
   * The name of the method that runs for it. It stands where a fallback may, has the same parameter
   * and return types as the annotated method and the same staticness, any access, and is not {@link
   * Flagged} itself, nor is what overrides it in this class. It may be the fallback, for callers
   * who are to be measured apart without anything new.
   */
  String method();
}
