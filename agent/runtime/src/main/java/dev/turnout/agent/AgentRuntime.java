package dev.turnout.agent;

import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.agent.route.Gates;
import dev.turnout.agent.weave.GateTransformer;
import dev.turnout.bootstrap.GateLinker;
import dev.turnout.flags.Report;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the first flagged class, then starts the engine on a thread of its own. What is found
 * is queued, because it is found on application threads inside class loading, where nothing may be
 * logged.
 */
final class AgentRuntime implements GateTransformer.Findings, Gates.Troubles, AutoCloseable {
  private final Options options;
  private final Consumer<Class<?>> opener;
  private final Queue<Report.Gate> news = new ConcurrentLinkedQueue<>();
  private final Map<String, Report.Gate> found = new TreeMap<>();
  private final Set<String> flags = new HashSet<>();
  private volatile @Nullable Engine engine;
  private @Nullable Runnable onClose;
  private boolean closed;

  /**
   * Creates the runtime; nothing is started yet.
   *
   * @param opener opens the package of a class in a named module to the agent's
   */
  AgentRuntime(Options options, Consumer<Class<?>> opener) {
    this.options = options;
    this.opener = opener;
  }

  synchronized void onClose(Runnable action) {
    onClose = action;
  }

  @Override
  public void found(String flag, String method, @Nullable String problem) {
    news.add(new Report.Gate(flag, method, problem == null, problem));
    if (engine == null) {
      start();
    }
  }

  @Override
  public void unlinked(String flag, String method, Throwable failure) {
    news.add(new Report.Gate(flag, method, false, "its gate did not link: " + failure));
  }

  @Override
  public void undecided(String flag, String method, Throwable failure) {
    String problem = "its calls cannot be decided and take the fallback: " + failure;
    news.add(new Report.Gate(flag, method, true, problem));
  }

  private synchronized void start() {
    if (engine != null || closed) {
      return;
    }
    Recorders recorders = new Recorders(Measure.of(options.get("measure")));
    Gates gates = new Gates(recorders, opener, this);
    Engine started = new Engine(options, recorders, gates, this);
    engine = started;
    // Before the class can run: its first call links against this.
    GateLinker.connect(gates);
    started.start();
  }

  /** Says what is new, once each, and returns all gates found so far. For the engine's thread. */
  List<Report.Gate> gates() {
    synchronized (found) {
      Report.Gate gate;
      while ((gate = news.poll()) != null) {
        Engine running = engine;
        if (running != null && flags.add(gate.flag())) {
          running.gated(gate.flag());
        }
        if (!gate.equals(found.put(gate.method(), gate)) && gate.problem() != null) {
          AgentLog.line(
              (gate.wired()
                      ? gate.method() + ": "
                      : "MISWIRED " + gate.method() + " runs ungated: ")
                  + gate.problem());
        }
      }
      return new ArrayList<>(found.values());
    }
  }

  /** The engine; null before the first flagged class. */
  @Nullable Engine engine() {
    return engine;
  }

  /** Ends the threads and takes the transformer out; classes already gated take their fallback. */
  @Override
  public void close() {
    Engine running;
    synchronized (this) {
      closed = true;
      running = engine;
      if (onClose != null) {
        onClose.run();
      }
    }
    if (running != null) {
      running.close();
    }
  }
}
