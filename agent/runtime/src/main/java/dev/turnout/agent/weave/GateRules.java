package dev.turnout.agent.weave;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The gates without annotations. Safe for many threads. */
public final class GateRules {
  /** How many methods are observed unless the file says otherwise. */
  static final int MOST_OBSERVED = 1_000;

  // They are remembered for their number only.
  private static final int MOST_REFUSED = 1_000;

  /** No gate but the annotated ones. */
  public static final GateRules NONE = new GateRules(List.of(), List.of(), 0);

  private final Map<String, List<GateRule>> routed = new HashMap<>();
  private final List<ObserveRule> observed;
  private final int mostObserved;
  // Both bounded, and each its own guard in a lock that nothing else is done in: they are asked
  // while classes are loaded.
  private final Set<String> admitted = new HashSet<>();
  private final Set<String> refused = new HashSet<>();
  private final Set<String> seenClasses = ConcurrentHashMap.newKeySet();
  // By where they stand: the hash of a record is linked at its first use, and that may be here.
  private final Set<String> seenPatterns = ConcurrentHashMap.newKeySet();

  GateRules(List<GateRule> routed, List<ObserveRule> observed, int mostObserved) {
    for (GateRule rule : routed) {
      List<GateRule> ofClass = this.routed.get(rule.className());
      if (ofClass == null) {
        ofClass = new ArrayList<>();
        this.routed.put(rule.className(), ofClass);
      }
      ofClass.add(rule);
    }
    this.observed = List.copyOf(observed);
    this.mostObserved = mostObserved;
  }

  /** Whether a class may have such a gate, by its name. */
  boolean concern(String className) {
    if (routed.isEmpty() && observed.isEmpty()) {
      return false;
    }
    if (routed.containsKey(className)) {
      seenClasses.add(className);
      return true;
    }
    for (ObserveRule rule : observed) {
      if (rule.concerns(className)) {
        return true;
      }
    }
    return false;
  }

  /** The routed gates of a class. */
  List<GateRule> of(String className) {
    return routed.getOrDefault(className, List.of());
  }

  /** Whether a method has a routed gate. */
  boolean routes(MethodFacts method) {
    for (GateRule rule : of(method.owner().replace('/', '.'))) {
      if (rule.method().equals(method.name())
          && (rule.parameters() == null || rule.parameters().equals(method.parameterNames()))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns what the calls of a method are counted under; empty if it is not observed. The first
   * pattern that matches decides.
   *
   * @param madeUp whether the class says of itself that nobody wrote it
   */
  String observedAs(String className, String method, boolean madeUp) {
    String name = "";
    for (ObserveRule rule : observed) {
      if (rule.matches(className, method, madeUp)) {
        seenPatterns.add(rule.where());
        name = name.isEmpty() ? rule.name() : name;
      }
    }
    return name;
  }

  /** Whether the calls of observed methods are counted under a name. */
  public boolean countAs(String name) {
    for (ObserveRule rule : observed) {
      if (rule.name().equals(name)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a method may be observed. Once it may it always may: its class is transformed again
   * whenever anyone asks for that, and would lose the gate.
   *
   * @param method its full name
   */
  boolean admitObserved(String method) {
    synchronized (admitted) {
      if (admitted.contains(method)) {
        return true;
      }
      if (admitted.size() < mostObserved) {
        return admitted.add(method);
      }
    }
    synchronized (refused) {
      if (refused.size() < MOST_REFUSED) {
        refused.add(method);
      }
    }
    return false;
  }

  /** Says what did not come about so far, for people. */
  public List<String> unmet() {
    List<String> lines = new ArrayList<>();
    for (Map.Entry<String, List<GateRule>> entry : routed.entrySet()) {
      if (!seenClasses.contains(entry.getKey())) {
        lines.add(
            entry.getValue().get(0).where()
                + "no class "
                + entry.getKey()
                + " was loaded so far; if that is not its name, its gates will never be");
      }
    }
    for (ObserveRule rule : observed) {
      if (!seenPatterns.contains(rule.where())) {
        lines.add(
            rule.where()
                + "no method that this matches was loaded so far; if the pattern is wrong, none will"
                + " be observed as "
                + rule.name());
      }
    }
    int notObserved;
    synchronized (refused) {
      notObserved = refused.size();
    }
    if (notObserved > 0) {
      lines.add(
          notObserved
              + (notObserved == MOST_REFUSED ? " or more" : "")
              + " methods are not observed, for "
              + mostObserved
              + " are; raise most_observed or make the patterns narrower");
    }
    return lines;
  }
}
