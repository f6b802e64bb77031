package dev.turnout.agent.weave;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells which loaded classes nobody has looked at. The JVM shows a class file to agents and loads
 * the class's superclass and interfaces only then, for which the application's loader may take any
 * time: a class that was at that when the transformer came was not shown to it, and not among the
 * loaded ones yet.
 *
 * <p>Keeps names, and of loaders a number only. Two with the same one are most unlikely, and cost
 * the second look at a class of both. Safe for many threads; waits for nobody.
 */
final class Latecomers {
  private final Map<Integer, Set<String>> known = new ConcurrentHashMap<>();

  /**
   * Takes note of a class that was looked at, or is shown to the transformer.
   *
   * @param internalName its name, slashes between
   */
  void add(ClassLoader loader, String internalName) {
    Integer number = System.identityHashCode(loader);
    Set<String> names = known.get(number);
    if (names == null) {
      Set<String> made = ConcurrentHashMap.newKeySet();
      names = known.putIfAbsent(number, made);
      names = names == null ? made : names;
    }
    names.add(internalName);
  }

  boolean contains(ClassLoader loader, String internalName) {
    Set<String> names = known.get(System.identityHashCode(loader));
    return names != null && names.contains(internalName);
  }
}
