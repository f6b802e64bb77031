package dev.turnout.agent;

import dev.turnout.flags.Report;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The gates of this JVM, and what is wrong with any, told once each. What is found is queued,
 * because it is found on application threads inside class loading, where nothing may be logged. Of
 * a gate that classes of several loaders have the worst is told. Safe for many threads.
 */
final class FoundGates {
  // A class loader may be made for each script, and the names of its gates be new each time.
  private static final int MOST_GATES = 10_000;

  private static final int MOST_PROBLEMS = 4;

  // Made for the first: most JVMs that the agent is given to have nothing flagged.
  private volatile @Nullable Queue<Finding> news;

  private final TreeMap<String, FoundGate> gates = new TreeMap<>();

  // Those that decide, or did, and have places of their own: what is observed may be without end,
  // and whoever detaches the agent wants to know of each flag that is off.
  private final Set<String> routed = new HashSet<>();
  private final Set<Boolean> full = new HashSet<>();
  private final ReferenceQueue<ClassLoader> gone = new ReferenceQueue<>();
  private final Map<String, Set<String>> told = new HashMap<>();

  // Asked for four times a second, and made anew only after a change.
  private boolean changed;
  private List<Report.Gate> gatesCopy = List.of();
  private Set<String> flagsCopy = Set.of();

  // Those whose flag the engine knows of.
  private final Set<String> begun = new HashSet<>();
  private boolean hasNewFlags;
  private long beyondBounds;

  private enum Kind {
    /** Of a gate, or of a class. */
    FOUND,
    /** Of a gate that decides by its flag. */
    ROUTED,
    /** What follows on a class is all there is. */
    UNSETTLED,
    /** It was. */
    SETTLED
  }

  private record Finding(WeakReference<ClassLoader> loader, Report.Gate gate, Kind kind) {}

  /**
   * Queues what was found; waits for nobody.
   *
   * @param loader that of the class
   * @param routes whether it decides by its flag from now on; not told again of one that does
   */
  void add(ClassLoader loader, Report.Gate gate, boolean routes) {
    queue(loader, gate, routes ? Kind.ROUTED : Kind.FOUND);
  }

  /** What is added of a class from now on is all there is of it, once it is {@link #settled}. */
  void unsettled(ClassLoader loader, String className) {
    queueOfClass(loader, className, Kind.UNSETTLED);
  }

  /** Has forgotten what was found of a class and not again since it was {@link #unsettled}. */
  void settled(ClassLoader loader, String className) {
    queueOfClass(loader, className, Kind.SETTLED);
  }

  // Of no use where nothing was found so far: there may be nobody yet who takes it.
  private void queueOfClass(ClassLoader loader, String className, Kind kind) {
    if (news != null) {
      queue(loader, new Report.Gate("", className, true, null), kind);
    }
  }

  private void queue(ClassLoader loader, Report.Gate gate, Kind kind) {
    Queue<Finding> made = news;
    WeakReference<ClassLoader> held = new WeakReference<>(loader, gone);
    (made == null ? makeNews() : made).add(new Finding(held, gate, kind));
  }

  private Queue<Finding> makeNews() {
    synchronized (gates) {
      Queue<Finding> made = news;
      if (made == null) {
        made = new ConcurrentLinkedQueue<>();
        news = made;
      }
      return made;
    }
  }

  /**
   * Says what is new, once each, and returns all gates found so far, the same list until there is
   * another.
   *
   * @param running gets to know each flag once it has a gate; null if there is none yet
   */
  synchronized List<Report.Gate> all(@Nullable Engine running) {
    Queue<Finding> found = news;
    Finding finding;
    while (found != null && (finding = found.poll()) != null) {
      take(finding);
    }
    forgetGone();
    if (changed) {
      changed = false;
      copy();
    }
    if (hasNewFlags && running != null) {
      hasNewFlags = false;
      for (String flag : flagsCopy) {
        if (begun.add(flag)) {
          running.gated(flag);
        }
      }
    }
    return gatesCopy;
  }

  private void take(Finding finding) {
    Report.Gate gate = finding.gate();
    WeakReference<ClassLoader> loader = finding.loader();
    ClassLoader known = loader.get();
    switch (finding.kind()) {
      case UNSETTLED -> {
        ofMethods(gate.method()).forEach(each -> each.unsettle(known));
        ofClass(gate.method()).forEach(each -> each.unsettle(known));
      }
      case SETTLED -> {
        boolean any = ofMethods(gate.method()).removeIf(each -> each.settle(known));
        if (ofClass(gate.method()).removeIf(each -> each.settle(known)) || any) {
          routed.retainAll(gates.keySet());
        }
        changed = true;
      }
      default -> {
        if (take(loader, gate, finding.kind() == Kind.ROUTED)) {
          tell(known, gate);
        }
      }
    }
  }

  // Returns whether there is room for it.
  private boolean take(WeakReference<ClassLoader> loader, Report.Gate gate, boolean routes) {
    // Two applications may have a class of one name, with flags of their own.
    String name = gate.method() + " " + gate.flag();
    FoundGate known = gates.get(name);
    if (known == null) {
      if ((routes ? routed.size() : gates.size() - routed.size()) >= MOST_GATES) {
        beyondBounds++;
        if (full.add(routes)) {
          AgentLog.line(
              "more than %d methods have gates that %s: no others are told of"
                  .formatted(MOST_GATES, routes ? "decide" : "decide nothing"));
        }
        return false;
      }
      known = new FoundGate();
      gates.put(name, known);
    }
    if (routes && routed.size() < MOST_GATES) {
      routed.add(name);
    }
    known.take(loader, gate, routes);
    changed = true;
    return true;
  }

  // Not by what was found last: a class that is loaded again and again has its gate in place each
  // time before it turns out again what is wrong with it.
  private void tell(@Nullable ClassLoader loader, Report.Gate gate) {
    String problem = gate.problem();
    if (problem != null && !gate.wired() && gate.flag().isEmpty()) {
      // A whole class that did not get its gates, though they were found to be in order before.
      ofMethods(gate.method()).forEach(each -> each.unwire(loader, problem));
    }
    if (problem != null && isNews(gate.method(), problem)) {
      AgentLog.line(
          (gate.wired() ? gate.method() + ": " : "MISWIRED " + gate.method() + " runs ungated: ")
              + problem);
    }
  }

  // Bounded: a message may differ each time that a class is loaded.
  private boolean isNews(String method, String problem) {
    Set<String> problems = told.computeIfAbsent(method, any -> new HashSet<>());
    return problems.size() < MOST_PROBLEMS && problems.add(problem);
  }

  private Collection<FoundGate> ofMethods(String className) {
    return gates.subMap(className + '#', className + (char) ('#' + 1)).values();
  }

  // What was found of the class as a whole.
  private Collection<FoundGate> ofClass(String className) {
    return gates.subMap(className + ' ', true, className + ' ', true).values();
  }

  private void forgetGone() {
    boolean any = false;
    while (gone.poll() != null) {
      any = true;
    }
    if (any) {
      gates.values().forEach(FoundGate::forgetGone);
      changed = true;
    }
  }

  private void copy() {
    List<Report.Gate> all = new ArrayList<>(gates.size());
    Set<String> flags = new TreeSet<>();
    for (FoundGate gate : gates.values()) {
      Report.Gate worst = gate.worst();
      all.add(worst);
      if (gate.routes()) {
        flags.add(worst.flag());
      }
    }
    if (!all.equals(gatesCopy)) {
      gatesCopy = Collections.unmodifiableList(all);
    }
    if (!flags.equals(flagsCopy)) {
      flagsCopy = Collections.unmodifiableSet(flags);
      hasNewFlags = true;
    }
  }

  /** The flags of all gates that route by now, the same set until there is another. */
  synchronized Set<String> flags() {
    return flagsCopy;
  }

  /** How many gates were found that are not among them, for there were too many. */
  synchronized long beyondBounds() {
    return beyondBounds;
  }
}
