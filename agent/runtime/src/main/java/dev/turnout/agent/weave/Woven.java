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
 * The classes that have gates, or may have, by their loaders and names: their class files may be
 * found nowhere when the gates are to go, and those that they inherit from nowhere when the class
 * is changed once more. Keeps no loader from being collected.
 *
 * <p>Has a lock, in which nothing is done but to look up and to add; a loader's own {@code equals}
 * or {@code hashCode} would be the application's code.
 */
final class Woven {
  private final ReferenceQueue<ClassLoader> gone = new ReferenceQueue<>();
  private final Map<Loader, Map<String, Known>> names = new HashMap<>();

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

    boolean isOf(String ofFlag, String ofMethod) {
      return flag.equals(ofFlag) && method.equals(ofMethod);
    }

    // What equals would compare is dear.
    private boolean isSame(Gate other) {
      return isOf(other.flag, other.method)
          && (wire == null ? other.wire == null : wire.isSame(other.wire));
    }

    private boolean isAmong(List<Gate> gates) {
      for (Gate gate : gates) {
        if (isSame(gate)) {
          return true;
        }
      }
      return false;
    }
  }

  /**
   * What is known of a class.
   *
   * @param gates those that it has, or may have
   * @param bare whether the body that it was given last has none of them
   */
  record Known(List<Gate> gates, boolean bare) {}

  /** Notes the gates that a class has, and that it has no others. */
  void put(ClassLoader loader, String className, List<Wire> wires) {
    put(new Loader(loader, gone), className, new Known(gates(wires), false));
  }

  /**
   * Notes gates that a class is given, beside those that it has: the JVM may refuse the body that
   * they are in.
   *
   * @return whether there is one among them that was not known
   */
  boolean add(ClassLoader loader, String className, List<Wire> wires) {
    List<Gate> given = gates(wires);
    List<Gate> all = new ArrayList<>(given);
    boolean any = false;
    synchronized (names) {
      List<Gate> known = gates(loader, className);
      for (Gate gate : known) {
        if (!gate.isAmong(given)) {
          all.add(gate);
        }
      }
      for (Gate gate : given) {
        any |= !gate.isAmong(known);
      }
      put(new Loader(loader, gone), className, new Known(List.copyOf(all), given.isEmpty()));
    }
    return any;
  }

  private static List<Gate> gates(List<Wire> wires) {
    List<Gate> gates = new ArrayList<>();
    for (Wire wire : wires) {
      gates.add(Gate.of(wire));
    }
    return gates;
  }

  private void put(Loader key, String className, Known known) {
    synchronized (names) {
      Reference<? extends ClassLoader> collected;
      while ((collected = gone.poll()) != null) {
        names.remove(collected);
      }
      Map<String, Known> ofLoader = names.get(key);
      if (ofLoader == null && !known.gates().isEmpty()) {
        ofLoader = new HashMap<>();
        names.put(key, ofLoader);
      }
      if (ofLoader != null && known.gates().isEmpty()) {
        ofLoader.remove(className);
      } else if (ofLoader != null) {
        ofLoader.put(className, known);
      }
    }
  }

  /** The gates that a class has, or may have, those that it was given last first. */
  List<Gate> gates(ClassLoader loader, String className) {
    Known known = known(loader, className);
    return known == null ? List.of() : known.gates();
  }

  /** Whether a class has gates, as far as is known: the body that it was given last has some. */
  boolean contains(ClassLoader loader, String className) {
    Known known = known(loader, className);
    return known != null && !known.bare();
  }

  private @Nullable Known known(ClassLoader loader, String className) {
    Loader key = new Loader(loader, null);
    synchronized (names) {
      Map<String, Known> ofLoader = names.get(key);
      return ofLoader == null ? null : ofLoader.get(className);
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
