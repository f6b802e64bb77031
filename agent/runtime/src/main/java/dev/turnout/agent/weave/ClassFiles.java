package dev.turnout.agent.weave;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.Type;
import org.jspecify.annotations.Nullable;

/**
 * The classes around one with a gate, read from their files: to ask the JVM for them would load
 * them too early, or a second time.
 */
final class ClassFiles {
  private static final Set<String> FUTURES =
      Set.of("java/util/concurrent/CompletionStage", "java/util/concurrent/CompletableFuture");
  private static final Set<String> REACTOR =
      Set.of("reactor/core/publisher/Mono", "reactor/core/publisher/Flux");

  private final ClassLoader loader;
  private final Map<String, Optional<ClassFacts>> known = new HashMap<>();

  ClassFiles(ClassLoader loader) {
    this.loader = loader;
  }

  /**
   * Returns a class of the application.
   *
   * @param internalName its name, slashes between; null for none
   * @return null for a class of the JDK, one without a file, and one that cannot be read
   */
  @Nullable ClassFacts find(@Nullable String internalName) {
    if (internalName == null || internalName.startsWith("java/")) {
      return null;
    }
    Optional<ClassFacts> found = known.get(internalName);
    if (found == null) {
      found = Optional.ofNullable(read(internalName));
      known.put(internalName, found);
    }
    return found.orElse(null);
  }

  private @Nullable ClassFacts read(String internalName) {
    try (InputStream in = loader.getResourceAsStream(internalName + ".class")) {
      return in == null ? null : ClassFacts.read(new ClassReader(in.readAllBytes()), false);
    } catch (IOException | RuntimeException | LinkageError e) {
      // A class made up at run time, or a loader that was closed: it has nothing for a gate.
      return null;
    }
  }

  /**
   * Whether a method that returns this type returns something that completes later. Of Reactor only
   * the two types themselves: what follows a publisher takes its place, and could not take that of
   * a subclass.
   */
  boolean completesLater(Type type) {
    return type.getSort() == Type.OBJECT
        && (REACTOR.contains(type.getInternalName())
            || isFuture(type.getInternalName(), new HashSet<>()));
  }

  private boolean isFuture(@Nullable String internalName, Set<String> seen) {
    if (internalName == null || !seen.add(internalName)) {
      return false;
    }
    if (FUTURES.contains(internalName)) {
      return true;
    }
    ClassFacts type = find(internalName);
    if (type == null) {
      return false;
    }
    for (String each : type.interfaces()) {
      if (isFuture(each, seen)) {
        return true;
      }
    }
    return isFuture(type.superName(), seen);
  }
}
