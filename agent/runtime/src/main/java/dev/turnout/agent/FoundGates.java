package dev.turnout.agent;

import dev.turnout.flags.Report;
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
 * because it is found on application threads inside class loading, where nothing may be logged.
 * Safe for many threads.
 */
final class FoundGates {
  // A class loader may be made for each script, and the names of its gates be new each time.
  private static final int MOST_GATES = 10_000;

  private static final int MOST_PROBLEMS = 4;

  // Made for the first: most JVMs that the agent is given to have nothing flagged.
  private volatile @Nullable Queue<Finding> news;

  private final Map<String, Report.Gate> gates = new TreeMap<>();
  private final Map<String, Set<String>> told = new HashMap<>();
  private final Set<String> flags = new TreeSet<>();

  // Asked for four times a second, and made anew only after a change.
  private @Nullable List<Report.Gate> gatesCopy;
  private @Nullable Set<String> flagsCopy;
  private long beyondBounds;

  private record Finding(Report.Gate gate, boolean routes) {}

  /**
   * Queues what was found; waits for nobody.
   *
   * @param routes whether it decides by its flag from now on; not told again of one that does
   */
  void add(Report.Gate gate, boolean routes) {
    Queue<Finding> made = news;
    (made == null ? makeNews() : made).add(new Finding(gate, routes));
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
      take(finding.gate(), finding.routes(), running);
    }
    List<Report.Gate> copy = gatesCopy;
    if (copy == null) {
      copy = List.copyOf(gates.values());
      gatesCopy = copy;
    }
    return copy;
  }

  private void take(Report.Gate gate, boolean routes, @Nullable Engine running) {
    // Two applications may have a class of one name, with flags of their own.
    String name = gate.method() + " " + gate.flag();
    if (gates.size() >= MOST_GATES && !gates.containsKey(name)) {
      if (beyondBounds++ == 0) {
        AgentLog.line("more than " + MOST_GATES + " methods have gates: no others are told of");
      }
      return;
    }
    if (running != null && routes && flags.add(gate.flag())) {
      flagsCopy = null;
      running.gated(gate.flag());
    }
    if (!gate.equals(gates.put(name, gate))) {
      gatesCopy = null;
    }
    // Not by what was found last: a class that is loaded again and again has its gate in place each
    // time before it turns out again what is wrong with it.
    String problem = gate.problem();
    if (problem != null && !gate.wired() && gate.flag().isEmpty()) {
      unwire(gate.method() + "#", problem);
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

  // A whole class that did not get its gates, though they were found to be in order before.
  private void unwire(String ofClass, String problem) {
    gates.replaceAll(
        (name, gate) ->
            gate.wired() && name.startsWith(ofClass)
                ? new Report.Gate(gate.flag(), gate.method(), false, problem)
                : gate);
    gatesCopy = null;
  }

  /** The flags of all gates that route, the same set until there is another. */
  synchronized Set<String> flags() {
    Set<String> copy = flagsCopy;
    if (copy == null) {
      copy = Collections.unmodifiableSet(new TreeSet<>(flags));
      flagsCopy = copy;
    }
    return copy;
  }

  /** How many gates were found that are not among them, for there were too many. */
  synchronized long beyondBounds() {
    return beyondBounds;
  }
}
