package dev.turnout.agent;

import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.agent.route.Gates;
import dev.turnout.agent.weave.GateTransformer;
import dev.turnout.bootstrap.GateLinker;
import dev.turnout.bootstrap.GatePath;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandles;

/**
 * Does for nobody what the first flagged class and its first call will ask of the agent: the JVM
 * loads and links some hundred classes for that, and a start that need not wait for them is the
 * faster by that much. Changes nothing, and what is made for it is forgotten.
 */
final class Rehearsal implements Runnable, Gates.Troubles {
  private static final String FLAG = "rehearsal";

  private final Options options;
  private final AgentRuntime runtime;
  private final GateTransformer transformer;
  private final Instrumentation instrumentation;

  Rehearsal(
      Options options,
      AgentRuntime runtime,
      GateTransformer transformer,
      Instrumentation instrumentation) {
    this.options = options;
    this.runtime = runtime;
    this.transformer = transformer;
    this.instrumentation = instrumentation;
  }

  /** Begins it, on a thread of its own. */
  void start() {
    try {
      var unused = AgentThread.start("turnout-rehearsal", this);
    } catch (Throwable noThreadToBeHad) {
      // The first flagged class does without.
      return;
    }
  }

  @Override
  public void run() {
    try {
      rehearse();
    } catch (Throwable e) {
      // It fails again when it matters, and then it is told what of.
      return;
    }
  }

  private void rehearse() {
    transformer.rehearse();
    Recorders recorders = new Recorders(Measure.of(options.get("measure")));
    Gates gates = new Gates(recorders, new ModuleOpener(instrumentation), this);
    var unused = new Engine(options, recorders, gates, runtime, instrumentation);
    GatePath path =
        gates
            .link(MethodHandles.lookup(), FLAG, FLAG, "", "", GateLinker.ROUTE, "", "", "")
            .choose(FLAG);
    path.succeeded(path.begin());
  }

  @Override
  public void unlinked(ClassLoader loader, String flag, String method, Throwable failure) {}

  @Override
  public void doubtful(ClassLoader loader, String flag, String method, String problem) {}

  @Override
  public void undecided(ClassLoader loader, String flag, String method, Throwable failure) {}
}
