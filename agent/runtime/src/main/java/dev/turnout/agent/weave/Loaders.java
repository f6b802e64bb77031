package dev.turnout.agent.weave;

import dev.turnout.bootstrap.GateLinker;
import dev.turnout.bootstrap.GatePath;
import dev.turnout.bootstrap.GateSite;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells class loaders apart. Safe for many threads. */
final class Loaders {
  /** What the code of a gated method refers to, the JDK aside. */
  private static final List<Class<?>> NAMED_BY_GATES =
      List.of(GateLinker.class, GateSite.class, GatePath.class);

  private static final @Nullable ClassLoader PLATFORM = ClassLoader.getPlatformClassLoader();
  private static final @Nullable ClassLoader OWN = Loaders.class.getClassLoader();
  private static final @Nullable Class<?> AGENT_LOADER = agentLoader();

  private Loaders() {}

  /**
   * Whether classes of a loader may be gated: not the JDK's, and not our own. Nor those of an agent
   * that was attached before and went: its loader stays.
   */
  @SuppressWarnings("ReferenceEquality") // a loader is itself and no other
  static boolean isOfApplication(@Nullable ClassLoader loader) {
    return loader != null
        && loader != PLATFORM
        && loader != OWN
        && loader.getClass() != AGENT_LOADER;
  }

  // By its name, since the package keeps it to itself; one class for all agents of this JVM.
  private static @Nullable Class<?> agentLoader() {
    try {
      return Class.forName(
          "dev.turnout.bootstrap.AgentClassLoader", false, GateLinker.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      return null;
    }
  }

  // Asks for each of them and not for one: what a loader has answered once, the JVM knows from then
  // on. OSGi's loaders look at who asks, tell this class more than they tell a bundle's, and would
  // have the gate fail later.
  /**
   * Whether a loader gives its classes what gates are made of.
   *
   * @param loader an application's, which is asked for that
   */
  static boolean seeGates(ClassLoader loader) {
    try {
      for (Class<?> named : NAMED_BY_GATES) {
        if (Class.forName(named.getName(), false, loader) != named) {
          return false;
        }
      }
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }
}
