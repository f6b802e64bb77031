package dev.turnout.agent.route;

import dev.turnout.agent.measure.Recorders;
import dev.turnout.bootstrap.GateLinker;
import dev.turnout.bootstrap.GateSite;
import dev.turnout.flags.Decider;
import dev.turnout.flags.Host;
import dev.turnout.flags.Snapshot;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * Every gate of this JVM and the decisions they route by. Gates are held weakly: they live as long
 * as the call sites of the classes they belong to.
 */
public final class Gates implements GateLinker.Backend {
  private final Recorders recorders;
  private final List<WeakReference<RoutedGate>> linked = new ArrayList<>();
  private Decider decider =
      Decider.compile(Snapshot.EMPTY, Host.UNKNOWN, Set.of(), new BucketDraw());

  public Gates(Recorders recorders) {
    this.recorders = recorders;
  }

  @Override
  public GateSite link(
      Class<?> owner,
      String flag,
      String method,
      String keyPath,
      String keyAttribute,
      int recovers,
      String ignored) {
    ClassLoader loader = owner.getClassLoader();
    KeyReader keyReader = new KeyReader(keyPath);
    FailurePolicy policy = FailurePolicy.of(recovers != 0, ignored, loader);
    AmbientContext ambient = AmbientContext.of(loader);
    synchronized (this) {
      RoutedGate gate =
          new RoutedGate(
              flag, keyReader, keyAttribute, policy, ambient, recorders, decider.flag(flag));
      linked.add(new WeakReference<>(gate));
      return gate;
    }
  }

  /** Puts new decisions in force in every gate. */
  public synchronized void apply(Decider newDecider) {
    decider = newDecider;
    for (Iterator<WeakReference<RoutedGate>> all = linked.iterator(); all.hasNext(); ) {
      RoutedGate gate = all.next().get();
      if (gate == null) {
        all.remove();
      } else {
        gate.swap(newDecider.flag(gate.flag()));
      }
    }
  }
}
