package dev.turnout.agent.weave;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The classes that were given gates, by their loaders and names: their class files may be found
 * nowhere when the gates are to go, and those that they inherit from nowhere when the class is
 * changed once more. Keeps no loader from being collected.
 *
 * <p>Has a lock, in which nothing is done but to look up and to add; a loader's own {@code equals}
 * or {@code hashCode} would be the application's code.
 */
final class Woven {
  private final ReferenceQueue<ClassLoader> gone = new ReferenceQueue<>();
  private final Map<Loader, Map<String, List<Gate>>> names = new HashMap<>();

  /**
   * A gate that a class has.
   *
   * @param flag its flag's name
   * @param method its method's full name
   * @param wire all of it; null for an observed method, unless other classes had to be read for it
   */
  record Gate(String flag, String method, @Nullable Wire wire) {
    static Gate of(Wire wire) {
      String method = wire.method().fullName();
      boolean kept = wire.fallback() != null || wire.needsOtherClasses();
      return new Gate(wire.flag(), method, kept ? wire : null);
    }

    boolean isOf(Wire other) {
      return flag.equals(other.flag()) && method.equals(other.method().fullName());
    }
  }

  void add(ClassLoader loader, String className, List<Wire> wires) {
    List<Gate> gates = new ArrayList<>();
    for (Wire wire : wires) {
      gates.add(Gate.of(wire));
    }
    Loader key = new Loader(loader, gone);
    synchronized (names) {
      Reference<? extends ClassLoader> collected;
      while ((collected = gone.poll()) != null) {
        names.remove(collected);
      }
      Map<String, List<Gate>> ofLoader = names.get(key);
      if (ofLoader == null) {
        ofLoader = new HashMap<>();
        names.put(key, ofLoader);
      }
      ofLoader.put(className, List.copyOf(gates));
    }
  }

  /** The gates that a class was given last; none if it was given none. */
  List<Gate> gates(ClassLoader loader, String className) {
    Loader key = new Loader(loader, null);
    synchronized (names) {
      Map<String, List<Gate>> ofLoader = names.get(key);
      List<Gate> gates = ofLoader == null ? null : ofLoader.get(className);
      return gates == null ? List.of() : gates;
    }
  }

  boolean contains(ClassLoader loader, String className) {
    Loader key = new Loader(loader, null);
    synchronized (names) {
      Map<String, List<Gate>> ofLoader = names.get(key);
      return ofLoader != null && ofLoader.containsKey(className);
    }
  }

  /** A loader as a key, itself and no other. */
  static final class Loader extends WeakReference<ClassLoader> {
    private final int hash;

    Loader(ClassLoader loader, @Nullable ReferenceQueue<ClassLoader> gone) {
      super(loader, gone);
      hash = System.identityHashCode(loader);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a loader is itself and no other
    public boolean equals(@Nullable Object other) {
      if (this == other) {
        return true;
      }
      // Of a loader that was collected only the key itself is left to be found.
      ClassLoader loader = get();
      return loader != null && other instanceof Loader && loader == ((Loader) other).get();
    }
  }
}
