package dev.turnout.agent.weave;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The gates without annotations. Safe for many threads. */
public final class GateRules {
  /** How many methods are observed unless the file says otherwise. */
  static final int MOST_OBSERVED = 1_000;

  /** No gate but the annotated ones. */
  public static final GateRules NONE = new GateRules(List.of(), List.of(), 0);

  private final Map<String, List<GateRule>> routed = new HashMap<>();
  private final List<ObserveRule> observed;
  private final int mostObserved;
  private final AtomicInteger observedMethods = new AtomicInteger();
  private final Set<String> seenClasses = ConcurrentHashMap.newKeySet();

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

  /** Returns what the calls of a method are counted under; empty if it is not observed. */
  String observedAs(String className, String method) {
    for (ObserveRule rule : observed) {
      if (rule.matches(className, method)) {
        return rule.name();
      }
    }
    return "";
  }

  /** Whether methods are observed and counted under a name. */
  public boolean isObserved(String name) {
    for (ObserveRule rule : observed) {
      if (rule.name().equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** Whether one more method may be observed. */
  boolean admitObserved() {
    return observedMethods.incrementAndGet() <= mostObserved;
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
    int refused = observedMethods.get() - mostObserved;
    if (refused > 0) {
      lines.add(
          refused
              + " methods are not observed, for "
              + mostObserved
              + " are; raise most_observed or make the patterns narrower");
    }
    return lines;
  }
}
