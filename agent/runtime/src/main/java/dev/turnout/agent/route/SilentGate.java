package dev.turnout.agent.route;

import dev.turnout.agent.measure.Recorders;
import dev.turnout.bootstrap.GatePath;
import dev.turnout.flags.CompiledFlag;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The gate of a method in a JVM that measures nothing. Nearly all its calls take one of two paths
 * that are constants to the compiler, and then all that is left of the gate is two comparisons.
 */
final class SilentGate extends RoutedGate {

  SilentGate(
      GatedMethod method,
      Recorders recorders,
      Consumer<Throwable> trouble,
      @Nullable CompiledFlag compiled) {
    super(method, recorders, trouble, compiled);
  }

  @Override
  public GatePath choose(@Nullable Object key) {
    if (!contextsUsed()) {
      GatePath path = always();
      if (path == SilentPath.TO_BODY) {
        return SilentPath.TO_BODY;
      }
      if (path == SilentPath.TO_FALLBACK) {
        return SilentPath.TO_FALLBACK;
      }
    }
    return super.choose(key);
  }
}
