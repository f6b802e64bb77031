package dev.turnout.agent;

import dev.turnout.flags.Report;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found last of a gate, in each of the classes of its name: there may be one for each of
 * several class loaders, as of two versions of a plugin. Keeps no loader from being collected. Used
 * by one thread at a time.
 */
final class FoundGate {
  // A class loader may be made for each script, and all of them stay.
  private static final int MOST_COPIES = 100;

  private final List<Copy> copies = new ArrayList<>(1);

  /** The gate in the class of one loader. */
  private static final class Copy {
    private final WeakReference<ClassLoader> loader;
    private Report.Gate gate;
    private boolean routes;
    private boolean unsettled;

    Copy(WeakReference<ClassLoader> loader, Report.Gate gate, boolean routes) {
      this.loader = loader;
      this.gate = gate;
      this.routes = routes;
    }

    boolean isOf(@Nullable ClassLoader other) {
      return other != null && loader.refersTo(other);
    }

    boolean isGone() {
      return loader.refersTo(null);
    }

    // That something is amiss with a gate is no news of one that is not there, and does not put it
    // in place.
    void take(Report.Gate found, boolean nowRoutes) {
      boolean doubt = found.wired() && found.problem() != null && !nowRoutes;
      if (!doubt) {
        routes = nowRoutes;
      } else if (!gate.wired()) {
        return;
      }
      gate = found;
      unsettled = false;
    }
  }

  /**
   * Takes what was found.
   *
   * @param loader of the class
   * @param routes whether the gate decides by its flag from now on
   */
  void take(WeakReference<ClassLoader> loader, Report.Gate found, boolean routes) {
    ClassLoader known = loader.get();
    for (Copy copy : copies) {
      if (copy.isOf(known)) {
        copy.take(found, routes);
        return;
      }
    }
    add(new Copy(loader, found, routes));
  }

  private void add(Copy added) {
    copies.add(added);
    forgetGone();
    if (copies.size() > MOST_COPIES) {
      copies.remove(best());
    }
  }

  private Copy best() {
    Copy best = copies.get(0);
    for (Copy copy : copies) {
      best = badness(copy.gate) < badness(best.gate) ? copy : best;
    }
    return best;
  }

  /** Tells of the class of one loader that its gates are not in place. */
  void unwire(@Nullable ClassLoader loader, String problem) {
    for (Copy copy : copies) {
      if (copy.gate.wired() && copy.isOf(loader)) {
        copy.gate = new Report.Gate(copy.gate.flag(), copy.gate.method(), false, problem);
      }
    }
  }

  /** What is found of the class of a loader from now on, until it is settled, is all there is. */
  void unsettle(@Nullable ClassLoader loader) {
    for (Copy copy : copies) {
      copy.unsettled |= copy.isOf(loader);
    }
  }

  /**
   * Forgets the gate in the class of a loader, if it was not found again.
   *
   * @return whether nothing is left
   */
  boolean settle(@Nullable ClassLoader loader) {
    copies.removeIf(copy -> copy.unsettled && copy.isOf(loader));
    return copies.isEmpty();
  }

  /** Forgets the classes that are gone; where all are, what was found last stays. */
  void forgetGone() {
    Iterator<Copy> each = copies.iterator();
    while (copies.size() > 1 && each.hasNext()) {
      if (each.next().isGone()) {
        each.remove();
      }
    }
  }

  /** The worst of what was found: one class without its gate is enough to run what is killed. */
  Report.Gate worst() {
    Report.Gate worst = copies.get(0).gate;
    for (Copy copy : copies) {
      worst = badness(copy.gate) > badness(worst) ? copy.gate : worst;
    }
    return worst;
  }

  private static int badness(Report.Gate gate) {
    if (!gate.wired()) {
      return 2;
    }
    return gate.problem() == null ? 0 : 1;
  }

  /** Whether any of the classes decides by the gate's flag. */
  boolean routes() {
    for (Copy copy : copies) {
      if (copy.routes && copy.gate.wired()) {
        return true;
      }
    }
    return false;
  }
}
