package dev.turnout;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the parameter of a {@link Flagged} method whose value is the targeting key: the same key
 * always gets the same decision while the flag does not change. Strings, integral numbers and UUIDs
 * are taken as they are written, everything else by {@code toString()}; null means that there is no
 * key.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface FlagKey {

  /**
   * A path of properties to follow from the parameter's value, such as {@code "customer.id"}; empty
   * for the value itself. Each step is a public method {@code id()}, {@code getId()} or a public
   * field {@code id}, in this order.
   */
  String value() default "";
}
