package dev.turnout.agent.weave;

import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Gates classes that were loaded before the agent came, and makes them what they were when it goes.
 * Which they are is read from their class files: to ask a class for its methods would load others.
 */
public final class LoadedClasses {
  private static final int BATCH = 100;
  private static final long PAUSE_MILLIS = 100;

  private final Instrumentation instrumentation;
  private final GateTransformer transformer;
  private final GateTransformer.Findings findings;

  public LoadedClasses(
      Instrumentation instrumentation,
      GateTransformer transformer,
      GateTransformer.Findings findings) {
    this.instrumentation = instrumentation;
    this.transformer = transformer;
    this.findings = findings;
  }

  /**
   * Has all loaded classes that want a gate transformed.
   *
   * @param version of this JVM
   * @param force whether also where the JVM has a bug that this brings out
   * @throws IllegalStateException if the JVM would lose something of them
   */
  public void gate(Runtime.Version version, boolean force) {
    if (!force && losesNames(version)) {
      throw new IllegalStateException(
          "this JVM, "
              + version
              + ", loses the names of parameters when a loaded class is changed (JDK-8240908);"
              + " start it with -javaagent, or on 17.0.20, 19 or newer, or attach with force=true");
    }
    List<Class<?>> classes = wanted();
    if (!force && corruptsRecords(version)) {
      classes.removeIf(
          type -> {
            if (type.isRecord()) {
              findings.found(
                  "",
                  type.getName(),
                  "this JVM, "
                      + version
                      + ", may corrupt records that are changed after they were loaded"
                      + " (JDK-8376185); start it with -javaagent, or attach with force=true");
            }
            return type.isRecord();
          });
    }
    retransform(classes)
        .forEach(
            (type, problem) ->
                findings.found("", type, "the loaded class could not be changed: " + problem));
  }

  // JDK-8240908: changing a loaded class loses the names of its methods' parameters.
  static boolean losesNames(Runtime.Version version) {
    return version.feature() == 17
        ? version.compareTo(Runtime.Version.parse("17.0.20")) < 0
        : version.feature() < 19;
  }

  // JDK-8376185: changing a loaded record that has type annotations corrupts it.
  static boolean corruptsRecords(Runtime.Version version) {
    return version.compareTo(Runtime.Version.parse("25.0.4")) < 0;
  }

  /**
   * Takes the gates out again; the transformer must be gone. Goes by what it did and not by class
   * files: a class made up at run time has none, and a loader that was closed gives none.
   *
   * @return the classes that keep their gates, and why
   */
  public Map<String, String> restore() {
    List<Class<?>> gated = new ArrayList<>();
    for (Class<?> type : instrumentation.getAllLoadedClasses()) {
      // Arrays are of their elements' loader, and no class file's name is like theirs.
      if (transformer.hasWoven(type.getClassLoader(), type.getName())) {
        gated.add(type);
      }
    }
    return retransform(gated);
  }

  private List<Class<?>> wanted() {
    List<Class<?>> wanted = new ArrayList<>();
    for (Class<?> type : instrumentation.getAllLoadedClasses()) {
      ClassLoader loader = type.getClassLoader();
      if (!type.isArray()
          && !type.isPrimitive()
          && !type.isHidden()
          && GateTransformer.isOfApplication(loader)
          && instrumentation.isModifiableClass(type)) {
        byte[] classFile = classFile(type, loader);
        if (classFile != null && transformer.isWanted(internalName(type), classFile)) {
          wanted.add(type);
        }
      }
    }
    return wanted;
  }

  private static byte @Nullable [] classFile(Class<?> type, @Nullable ClassLoader loader) {
    String file = internalName(type) + ".class";
    try (InputStream in = loader == null ? null : loader.getResourceAsStream(file)) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException | RuntimeException | LinkageError e) {
      // A class made up at run time, or a loader that was closed: there is nothing to look at.
      return null;
    }
  }

  private static String internalName(Class<?> type) {
    return type.getName().replace('.', '/');
  }

  // In batches, with a pause: the JVM stands still for each.
  private Map<String, String> retransform(List<Class<?>> classes) {
    Map<String, String> problems = new TreeMap<>();
    for (int from = 0; from < classes.size(); from += BATCH) {
      if (from > 0) {
        pause();
      }
      List<Class<?>> batch = classes.subList(from, Math.min(from + BATCH, classes.size()));
      try {
        instrumentation.retransformClasses(batch.toArray(Class<?>[]::new));
      } catch (UnmodifiableClassException | RuntimeException | LinkageError e) {
        // One of them: so that the others get theirs, each by itself.
        batch.forEach(type -> retransformOne(type, problems));
      }
    }
    return problems;
  }

  private void retransformOne(Class<?> type, Map<String, String> problems) {
    try {
      instrumentation.retransformClasses(type);
    } catch (UnmodifiableClassException | RuntimeException | LinkageError e) {
      problems.put(type.getName(), e.toString());
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
