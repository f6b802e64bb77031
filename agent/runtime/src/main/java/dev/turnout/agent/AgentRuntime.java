package dev.turnout.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.agent.host.Sightings;
import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.agent.route.Gates;
import dev.turnout.agent.route.PrivilegedLinks;
import dev.turnout.agent.weave.GateRules;
import dev.turnout.agent.weave.GateTransformer;
import dev.turnout.agent.weave.LoadedClasses;
import dev.turnout.agent.weave.MissedClasses;
import dev.turnout.bootstrap.GateLinker;
import dev.turnout.flags.Report;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Waits for the first flagged class, then starts the engine on a thread of its own. */
final class AgentRuntime
    implements GateTransformer.Findings,
        Gates.Troubles,
        Status.Found,
        Function<String, String>,
        AutoCloseable {
  // By then most applications have loaded what they will.
  private static final long NANOS_TO_LOAD = TimeUnit.SECONDS.toNanos(60);

  private static final String COUNTED_TOGETHER =
      "the gates file has observed methods counted under its flag's name too; give them another";

  private final Options options;
  private final Instrumentation instrumentation;
  private final GateRules rules;
  private final GateTransformer transformer;
  private final LoadedClasses loadedClasses;
  private final LoadedGates loadedGates;
  private final FoundGates found = new FoundGates();
  private final Sightings sightings = new Sightings();
  private volatile @Nullable Engine engine;
  private volatile boolean engineRuns;
  private volatile boolean toldFailure;
  private final long installedNanos = System.nanoTime();
  private long startedNanos;
  private volatile boolean toldUnmet;
  private volatile boolean toldEarly;
  private final List<String> problems;
  private final boolean names; // anything that may be named in vain
  private volatile boolean closed;

  /**
   * Creates the runtime; nothing is installed or started yet.
   *
   * @param problems what is wrong with what was asked for, already told
   */
  AgentRuntime(
      Options options, GateRules rules, List<String> problems, Instrumentation instrumentation) {
    this.options = options;
    this.rules = rules;
    this.problems = List.copyOf(problems);
    names = rules != GateRules.NONE || !options.overrides().isEmpty();
    this.instrumentation = instrumentation;
    transformer = new GateTransformer(instrumentation, rules, this);
    loadedClasses = new LoadedClasses(instrumentation, transformer, this);
    loadedGates =
        new LoadedGates(
            loadedClasses,
            new MissedClasses(instrumentation, transformer, loadedClasses, this),
            options.get("force").equalsIgnoreCase("true"));
  }

  /** Has classes gated that are loaded from now on. */
  void install() {
    instrumentation.addTransformer(transformer, true);
  }

  /**
   * Answers who started the agent with the JVM, or attached to it.
   *
   * @param request {@code started}, {@code attached}, {@code status}, {@code stopped} for the flags
   *     that are, or are at 0 %, or {@code detach}, which asks nobody about these
   * @throws IllegalStateException saying why it is refused
   */
  @Override
  public String apply(String request) {
    return switch (request) {
      case "started" -> started();
      case "attached" -> attached();
      case "status" -> status();
      case "stopped" -> stopped();
      case "detach" -> detach();
      default -> throw new IllegalArgumentException("cannot " + request);
    };
  }

  private String started() {
    install();
    if (options.expectFlags()) {
      new Rehearsal(options, this, transformer, instrumentation).start();
    }
    AgentThread.survive("gating what was loaded already", loadedGates::gateEarly);
    return "started";
  }

  private String attached() {
    try {
      loadedGates.check();
    } catch (IllegalStateException e) {
      close();
      throw e;
    }
    try {
      // The application is at work: its calls are to be decided rightly from the first one on.
      startOrTell();
      awaitFlags();
      install();
      loadedGates.gate();
      List<Report.Gate> gates = gates();
      long wired = gates.stream().filter(Report.Gate::wired).count();
      String answer = wired + " of " + gates.size() + " gates in loaded classes are in place";
      List<String> unmet = unmet(true);
      return unmet.isEmpty() ? answer : answer + "; " + String.join("; ", unmet);
    } catch (RuntimeException | Error e) {
      AgentThread.survive("taking back what was done", this::detach);
      throw e;
    }
  }

  private void awaitFlags() {
    Engine running = engine;
    try {
      if (running != null) {
        running.awaitFlags();
      }
    } catch (InterruptedException e) {
      // By the application, whose calls take the fallback then until flags are known.
      Thread.currentThread().interrupt();
    }
  }

  private String status() {
    Engine running = engine;
    return running == null
        ? Status.beforeTheFirstGate(options, unmet(true))
        : new String(running.status().json(), UTF_8);
  }

  private String stopped() {
    Engine running = engine;
    if (running == null) {
      return "";
    }
    // So that the flags of what was found a moment ago are among them.
    List<Report.Gate> unused = gates();
    return running.status().stopped();
  }

  private String detach() {
    // First all calls go where the written method would, then the gates go, then who decided.
    Engine running = end();
    if (running != null) {
      running.release();
    }
    try {
      instrumentation.removeTransformer(transformer);
      Map<String, String> kept = loadedGates.restore();
      return kept.isEmpty()
          ? "the gated classes are as they were written"
          : "these classes could not be changed back, and keep gates that let every call through: "
              + kept;
    } finally {
      close();
    }
  }

  @Override
  public void found(ClassLoader loader, String flag, String method, @Nullable String problem) {
    boolean wired = problem == null;
    String doubt = wired && rules.countAs(flag) ? COUNTED_TOGETHER : problem;
    add(loader, new Report.Gate(flag, method, wired, doubt), wired);
  }

  @Override
  public void observed(ClassLoader loader, String name, String method) {
    add(loader, new Report.Gate(name, method, true, null), false);
  }

  @Override
  public void doubtful(ClassLoader loader, String flag, String method, String problem) {
    found.add(loader, new Report.Gate(flag, method, true, problem), false);
  }

  @Override
  public void unsettled(ClassLoader loader, String className) {
    found.unsettled(loader, className);
  }

  @Override
  public void settled(ClassLoader loader, String className) {
    found.settled(loader, className);
  }

  private void add(ClassLoader loader, Report.Gate gate, boolean routes) {
    found.add(loader, gate, routes);
    if (!engineRuns) {
      startOrTell();
    }
    Engine running = engine;
    if (running != null && routes) {
      running.pin(gate.flag());
    }
  }

  @Override
  public void coming(String internalName, ClassLoader loader) {
    sightings.coming(internalName, loader);
    loadedClasses.shown(internalName, loader);
    if (!engineRuns) {
      // Else it is the engine that looks.
      lookForMissed();
    }
    if (names) {
      tellEarly(System.nanoTime());
    }
  }

  // Must not cost the class that is coming its own gates.
  private void lookForMissed() {
    try {
      loadedGates.lookForMissed();
    } catch (Throwable noRoomForThatEither) {
      // The next class that comes has it looked.
      return;
    }
  }

  /** Where no gate comes about at all, there is no engine either to tell of that in time. */
  void tellEarly(long nowNanos) {
    if (engineRuns || toldEarly || closed || nowNanos - installedNanos < NANOS_TO_LOAD) {
      return;
    }
    toldEarly = true;
    namedInVain().forEach(AgentLog::line);
  }

  // Without an engine nobody would tell of what was found.
  private void startOrTell() {
    try {
      start();
    } catch (RuntimeException | Error e) {
      if (!toldFailure) {
        toldFailure = true;
        AgentLog.line("could not start, so nothing is gated: " + e);
      }
      throw e;
    }
  }

  @Override
  public void unlinked(ClassLoader loader, String flag, String method, Throwable failure) {
    String problem = "its gate did not link: " + failure;
    found.add(loader, new Report.Gate(flag, method, false, problem), false);
  }

  @Override
  public void undecided(ClassLoader loader, String flag, String method, Throwable failure) {
    // What the key's own getter threw says more than that calling it failed.
    Throwable cause = failure instanceof InvocationTargetException ? failure.getCause() : failure;
    String problem = "a call could not be decided and took the fallback: " + cause;
    found.add(loader, new Report.Gate(flag, method, true, problem), false);
  }

  // Whatever of it failed is done again when the next class is found: the machine may have had no
  // thread to give just then.
  private synchronized void start() {
    if (engineRuns || closed) {
      return;
    }
    FaultPoint.reach("start");
    Engine started = engine;
    if (started == null) {
      Recorders recorders = new Recorders(Measure.of(options.get("measure")));
      Gates gates = new Gates(recorders, new ModuleOpener(instrumentation), this);
      started = new Engine(options, recorders, gates, this, instrumentation);
      startedNanos = System.nanoTime();
      engine = started;
      // Before the class can run: its first call links against this.
      GateLinker.connect(new PrivilegedLinks(gates));
    }
    started.start();
    engineRuns = true;
  }

  /**
   * Says what is new, once each, and returns all gates found so far, the same list until there is
   * another. The engine asks at each look, so this is also where it is noticed that the time is up
   * for gates that did not come about.
   */
  @Override
  public List<Report.Gate> gates() {
    tellUnmet(System.nanoTime());
    return found.all(engine);
  }

  /** Says once, a while after the engine started, what was named in vain so far. */
  void tellUnmet(long nowNanos) {
    // Read first: the time is written before it.
    boolean running = engine != null && !closed;
    if (running && !toldUnmet && nowNanos - startedNanos >= NANOS_TO_LOAD && isFirstToTell()) {
      namedInVain().forEach(AgentLog::line);
    }
  }

  private synchronized boolean isFirstToTell() {
    boolean first = !toldUnmet;
    toldUnmet = true;
    return first;
  }

  private List<String> namedInVain() {
    List<String> lines = new ArrayList<>(rules.unmet());
    Engine running = engine;
    lines.addAll(
        running != null ? running.pinsInVain() : options.overrides().inVain(found.flags()));
    return lines;
  }

  @Override
  public List<String> unmet() {
    return unmet(toldUnmet);
  }

  /**
   * What did not come about so far.
   *
   * @param timeIsUp whether what was named should be there by now
   */
  private List<String> unmet(boolean timeIsUp) {
    List<String> lines = new ArrayList<>(problems);
    lines.addAll(loadedGates.overlooked());
    Engine running = engine;
    if (running != null) {
      lines.addAll(running.problems());
    }
    if (timeIsUp) {
      lines.addAll(namedInVain());
    }
    return lines;
  }

  @Override
  public Set<String> flags() {
    return found.flags();
  }

  @Override
  public long gatesBeyondBounds() {
    return found.beyondBounds();
  }

  LoadedGates loadedGates() {
    return loadedGates;
  }

  Sightings sightings() {
    return sightings;
  }

  /** The engine; null before the first flagged class. */
  @Nullable Engine engine() {
    return engine;
  }

  /** Ends the threads and takes the transformer out; calls of linked gates take the fallback. */
  @Override
  public void close() {
    Engine running = end();
    instrumentation.removeTransformer(transformer);
    if (running != null) {
      running.close();
    }
  }

  // No engine is started after this for a class that is on its way to its gates.
  private synchronized @Nullable Engine end() {
    closed = true;
    loadedGates.close();
    GateLinker.connect(null);
    return engine;
  }
}
