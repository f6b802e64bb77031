package dev.turnout.agent.route;

import dev.turnout.agent.FaultPoint;
import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.bootstrap.GateLinker;
import dev.turnout.bootstrap.GateSite;
import dev.turnout.flags.CompiledFlag;
import dev.turnout.flags.Decider;
import dev.turnout.flags.Host;
import dev.turnout.flags.Snapshot;
import java.lang.invoke.MethodHandles;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Every gate of this JVM and the decisions they route by. Gates are held weakly: they live as long
 * as the call sites of the classes they belong to.
 */
public final class Gates implements GateLinker.Backend {
  private final Recorders recorders;
  private final Consumer<Class<?>> opener;
  private final Troubles troubles;
  private final Set<Reference<RoutedGate>> linked = new HashSet<>();
  private final ReferenceQueue<RoutedGate> gone = new ReferenceQueue<>();

  // Those that may be called as they never were.
  private final List<WeakReference<RoutedGate>> fresh = new ArrayList<>();
  private boolean released;
  private Decider decider =
      Decider.compile(Snapshot.EMPTY, Host.UNKNOWN, Set.of(), new BucketDraw());

  /**
   * Gets told what is wrong with a gate in the class of a loader, on application threads; must
   * return at once.
   */
  public interface Troubles {
    /** The gate did not link: its method runs as written, for ever. */
    void unlinked(ClassLoader loader, String flag, String method, Throwable failure);

    /** Something about the gate is most likely not as it was meant; it works all the same. */
    void doubtful(ClassLoader loader, String flag, String method, String problem);

    /** Deciding a call failed: such calls take the fallback. Told once for each gate. */
    void undecided(ClassLoader loader, String flag, String method, Throwable failure);
  }

  /**
   * Creates the gates of this JVM.
   *
   * @param opener opens the package of a class in a named module to the agent's
   */
  public Gates(Recorders recorders, Consumer<Class<?>> opener, Troubles troubles) {
    this.recorders = recorders;
    this.opener = opener;
    this.troubles = troubles;
  }

  @Override
  public GateSite link(
      MethodHandles.Lookup caller,
      String flag,
      String method,
      String keyPath,
      String keyAttribute,
      int mode,
      String ignored,
      String variants,
      String inherited) {
    FaultPoint.reach("link");
    if (mode == GateLinker.OBSERVE) {
      return new ObservedGate(flag, recorders);
    }
    Reach.check(caller, inherited);
    ClassLoader loader = caller.lookupClass().getClassLoader();
    FailurePolicy policy =
        FailurePolicy.of(
            mode == GateLinker.RECOVER,
            ignored,
            loader,
            problem -> troubles.doubtful(loader, flag, method, problem));
    GatedMethod gated =
        new GatedMethod(
            loader,
            flag,
            List.of(variants.split(",")),
            new KeyReader(keyPath, opener),
            keyAttribute,
            policy,
            AmbientContext.of(loader, opener));
    Consumer<Throwable> trouble = failure -> troubles.undecided(loader, flag, method, failure);
    synchronized (this) {
      CompiledFlag compiled = decider.flag(flag);
      RoutedGate gate =
          recorders.measure() == Measure.OFF
              ? new SilentGate(gated, recorders, trouble, compiled)
              : new RoutedGate(gated, recorders, trouble, compiled);
      if (released) {
        gate.release();
      }
      forgetGone();
      linked.add(new WeakReference<>(gate, gone));
      follow(gate);
      return gate;
    }
  }

  @Override
  public void unlinked(MethodHandles.Lookup caller, String flag, String method, Throwable failure) {
    troubles.unlinked(caller.lookupClass().getClassLoader(), flag, method, failure);
  }

  /** Puts new decisions in force in every gate. */
  public synchronized void apply(Decider newDecider) {
    decider = newDecider;
    forgetGone();
    fresh.clear();
    for (RoutedGate gate : alive()) {
      gate.swap(newDecider.flag(gate.flag()));
      follow(gate);
    }
  }

  private void follow(RoutedGate gate) {
    if (gate.seeDebuts()) {
      fresh.add(new WeakReference<>(gate));
    }
  }

  /**
   * Sees which gates were called for the first time. To be called before latencies are judged, for
   * first calls are slow.
   */
  public synchronized void seeDebuts() {
    fresh.removeIf(
        reference -> {
          RoutedGate gate = reference.get();
          return gate == null || !gate.seeDebuts();
        });
  }

  /** Has every gated method run as it was written from now on, that of a later gate too. */
  public synchronized void release() {
    released = true;
    alive().forEach(RoutedGate::release);
  }

  // A class loader may be made for each script, and no flag change for days.
  private void forgetGone() {
    Reference<? extends RoutedGate> collected;
    while ((collected = gone.poll()) != null) {
      linked.remove(collected);
    }
  }

  /**
   * Has decisions told to the spans of the applications that see this one.
   *
   * @param span the interface {@code Span} of some application's OpenTelemetry
   */
  public void trace(Class<?> span) {
    SpanTags tags = recorders.measure() == Measure.OFF ? null : SpanTags.of(span);
    if (tags == null) {
      return;
    }
    // Asking a class loader runs the application's code and may wait for its locks, of which a
    // thread that links a gate may hold one: not under the lock that it would wait for.
    for (RoutedGate gate : alive()) {
      if (sees(gate.loader(), span)) {
        trace(gate, tags);
      }
    }
  }

  /** How many gates are linked, or were and are no more. */
  public synchronized int linked() {
    return linked.size();
  }

  private synchronized List<RoutedGate> alive() {
    List<RoutedGate> alive = new ArrayList<>();
    for (Reference<RoutedGate> reference : linked) {
      RoutedGate gate = reference.get();
      if (gate != null) {
        alive.add(gate);
      }
    }
    return alive;
  }

  private synchronized void trace(RoutedGate gate, SpanTags tags) {
    gate.trace(tags);
  }

  private static boolean sees(@Nullable ClassLoader loader, Class<?> type) {
    try {
      return loader != null && Class.forName(type.getName(), false, loader) == type;
    } catch (ClassNotFoundException | LinkageError | RuntimeException e) {
      // The last from a loader of the application's own making.
      return false;
    }
  }
}
