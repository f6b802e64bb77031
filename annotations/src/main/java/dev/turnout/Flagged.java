package dev.turnout;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the <em>new</em> implementation of something: it runs when the flag is on for the caller,
 * and its fallback runs instead when the flag is off.
 *
 * <p>The fallback is, in this order: the method named by {@link #fallback()}; the one method of the
 * class marked with {@link Fallback @Fallback} of the same flag; the method named {@code
 * <method>Fallback}. It stands in the same class or a superclass that is not of a {@code java}
 * package, has a body, the same parameter and return types and the same staticness, any access, and
 * may take one more trailing {@link Throwable}. Neither it nor what overrides it in this class is
 * flagged itself.
 *
 * <p>Without the agent, or on a JVM where the agent could not gate the class, the annotated method
 * runs as written.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Flagged {

  /** The flag's name: 1 to 128 characters out of {@code [a-zA-Z0-9._-]}, and not dots alone. */
  String value();

  /** The fallback method's name; empty to find it by {@link Fallback} or by name. */
  String fallback() default "";

  /**
   * The name of the context attribute that is the targeting key, for methods without a {@link
   * FlagKey} parameter; empty for the attribute that the flag's stickiness names.
   */
  String key() default "";

  /**
   * The methods of the flag's variants, at most 20. A caller who is on and gets one of these runs
   * its method; a caller who gets a variant that is not listed, or none, runs the annotated method;
   * a caller who is off runs the fallback.
   */
  Variant[] variants() default {};

  /** What happens after the new implementation has thrown. */
  OnError onError() default OnError.RETHROW;

  /**
   * Exceptions that are an answer and not a failure, such as "not found". They, and their
   * subclasses, are never counted as errors and never lead to the fallback.
   */
  Class<? extends Throwable>[] ignore() default {};

  /** What happens after the new implementation has thrown. */
  enum OnError {
    /** The caller gets the exception, the same object. */
    RETHROW,
    /**
     * The fallback runs after the new implementation threw, and the caller gets what it returns.
     * Only for methods that may run twice. A cancellation, such as {@link InterruptedException},
     * reaches the caller as it is.
     */
    FALLBACK
  }
}
