package dev.turnout.bootstrap;

import java.io.File;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Brings up the runtime behind its own class loader; itself loaded by the bootstrap loader. */
public final class AgentStart {
  private static final String RUNTIME = "dev.turnout.agent.AgentMain";
  private static final AtomicBoolean STARTED = new AtomicBoolean();

  private AgentStart() {}

  /** Starts the runtime out of {@code jar}. A second agent in the same JVM stays out. */
  public static void start(@Nullable String arguments, Instrumentation instrumentation, File jar)
      throws ReflectiveOperationException, IOException {
    if (!STARTED.compareAndSet(false, true)) {
      System.err.println("[turnout] is running in this JVM already; the second agent stays out");
      return;
    }
    // Linking call sites needs these two; loading them inside a transformation, or while the first
    // call site links, has ended in ClassCircularityError on several JDKs.
    Class.forName("java.util.concurrent.ThreadLocalRandom");
    Class.forName("java.lang.invoke.MethodHandle");
    ClassLoader isolated = new AgentClassLoader(jar, platformLoader());
    Class.forName(RUNTIME, true, isolated)
        .getMethod("start", String.class, Instrumentation.class)
        .invoke(null, arguments, instrumentation);
  }

  // The platform loader is the one whose parent is the bootstrap loader, whatever stands above it.
  private static @Nullable ClassLoader platformLoader() {
    ClassLoader loader = ClassLoader.getSystemClassLoader();
    while (loader.getParent() != null) {
      loader = loader.getParent();
    }
    return loader;
  }
}
