package dev.turnout.bootstrap;

import java.lang.instrument.Instrumentation;
import java.util.Map;
import java.util.Set;
import jdk.internal.misc.Unsafe;

/**
 * Defines classes of the bootstrap loader in the way in which the JDK itself makes classes at run
 * time.
 *
 * <p>That way is exported to the module of this class, so this class has a loader of its own: in
 * the module of the class path, where the agent's first class is, all of the application would be
 * let at the JDK's insides too, and there are libraries that look whether they are.
 */
final class JdkDefiner implements BootstrapClasses.Definer {
  static {
    BootstrapClasses.provide(new JdkDefiner());
  }

  private JdkDefiner() {}

  @Override
  public void define(byte[][] classFiles, Instrumentation instrumentation) {
    instrumentation.redefineModule(
        Object.class.getModule(),
        Set.of(),
        Map.of("jdk.internal.misc", Set.of(JdkDefiner.class.getModule())),
        Map.of(),
        Set.of(),
        Map.of());
    for (byte[] classFile : classFiles) {
      Unsafe.getUnsafe().defineClass(null, classFile, 0, classFile.length, null, null);
    }
  }
}
