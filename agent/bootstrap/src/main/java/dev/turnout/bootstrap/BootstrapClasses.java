package dev.turnout.bootstrap;

import java.io.EOFException;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;

/**
 * Brings those of the agent's classes to the bootstrap loader that classes of every loader see.
 *
 * <p>The way that the JVM offers is to append a jar to the boot class path. From then on it takes
 * no class of the application out of an archive of shared classes any more, which such applications
 * start twice as fast from, and it says so on standard error. So the classes are defined one by
 * one, and the jar is appended only where that cannot be done.
 *
 * <p>An instance is the loader of the one class that defines them.
 */
public final class BootstrapClasses extends ClassLoader {
  private static final String PACKAGE = "dev.turnout.bootstrap.";
  private static final String DEFINER = PACKAGE + "JdkDefiner";

  /** None stands before what it extends or implements. */
  static final String[] NAMES = {
    "AgentStart",
    "AgentStart$Starter",
    "AgentArchive",
    "AgentClassLoader",
    "AgentClassLoader$1",
    "AgentClassLoader$Handler",
    "AgentClassLoader$Resource",
    "GatePath",
    "GateSite",
    "GateLinker",
    "GateLinker$Backend",
    "PassThrough",
    "PassThrough$1",
    "UnlinkedGate",
  };

  private static @Nullable Definer definer;

  /** Defines classes of the bootstrap loader. */
  public interface Definer {
    /**
     * Defines them one after the other.
     *
     * @throws LinkageError if the JVM refuses one; those before it are there
     */
    void define(byte[][] classFiles, Instrumentation instrumentation);
  }

  // Without the application's loader for a parent: other agents look through loaders for what the
  // application tells them by resources, and would find it a second time.
  private BootstrapClasses() {
    super(null);
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    if (name.startsWith(BootstrapClasses.class.getName())) {
      return Class.forName(name, false, BootstrapClasses.class.getClassLoader());
    }
    throw new ClassNotFoundException(name);
  }

  /** Takes what defines the classes: called by its class as soon as that is initialised. */
  public static void provide(Definer provided) {
    definer = provided;
  }

  /** Brings the classes out of {@code jar}, if they are not there yet. */
  static void bring(Instrumentation instrumentation, File jar) throws IOException {
    try {
      // By its name: to refer to it would have it come from this class's loader for ever.
      Class.forName(PACKAGE + NAMES[0], false, null);
    } catch (ClassNotFoundException first) {
      // false: no signature check, which would initialise the security providers too early. Not
      // closed: what the JDK has read of a jar it keeps for the next one who opens it meanwhile.
      JarFile open = new JarFile(jar, false);
      try {
        define(instrumentation, open);
      } catch (Throwable e) {
        // Such as a JDK that keeps its ways to itself. The JVM says what that costs the start.
        instrumentation.appendToBootstrapClassLoaderSearch(open);
      }
    }
  }

  private static void define(Instrumentation instrumentation, JarFile jar)
      throws IOException, ClassNotFoundException {
    byte[] classFile = read(jar, DEFINER);
    BootstrapClasses loader = new BootstrapClasses();
    loader.defineClass(DEFINER, classFile, 0, classFile.length);
    // Initialises it. An instance made by reflection would cost a start some 20 ms.
    Class.forName(DEFINER, true, loader);
    Definer provided = definer;
    if (provided == null) {
      throw new ClassNotFoundException(DEFINER + " did not come forward");
    }
    byte[][] classFiles = new byte[NAMES.length][];
    for (int i = 0; i < NAMES.length; i++) {
      classFiles[i] = read(jar, PACKAGE + NAMES[i]);
    }
    provided.define(classFiles, instrumentation);
  }

  private static byte[] read(JarFile jar, String className) throws IOException {
    JarEntry entry = jar.getJarEntry(className.replace('.', '/') + ".class");
    if (entry == null) {
      throw new FileNotFoundException(className + " in " + jar.getName());
    }
    byte[] bytes = new byte[(int) entry.getSize()];
    try (InputStream in = jar.getInputStream(entry)) {
      int filled = 0;
      while (filled < bytes.length) {
        int read = in.read(bytes, filled, bytes.length - filled);
        if (read < 0) {
          throw new EOFException(className + " in " + jar.getName());
        }
        filled += read;
      }
    }
    return bytes;
  }
}
