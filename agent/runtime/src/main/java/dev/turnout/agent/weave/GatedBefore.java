package dev.turnout.agent.weave;

import dev.turnout.bootstrap.AgentStart;
import java.util.List;

/**
 * The classes that agents had gated that are gone from this JVM by now. Of a class that was given
 * its annotation while it was loaded, no file says so. Safe for many threads.
 *
 * <p>They are remembered where each agent finds them; by bootstrap classes of an older version,
 * whose jar this one was put in the place of, they are not, and the class files alone tell.
 */
final class GatedBefore {
  private GatedBefore() {}

  static void add(List<Class<?>> classes) {
    try {
      AgentStart.remember(classes);
    } catch (NoSuchMethodError e) {
      // Of an older version.
      return;
    }
  }

  static List<Class<?>> all() {
    try {
      return AgentStart.gatedBefore();
    } catch (NoSuchMethodError e) {
      // Of an older version.
      return List.of();
    }
  }
}
