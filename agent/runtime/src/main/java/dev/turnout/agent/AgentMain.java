package dev.turnout.agent;

import dev.turnout.agent.weave.GateTransformer;
import java.lang.instrument.Instrumentation;
import org.jspecify.annotations.Nullable;

/**
 * The runtime's entry, called in premain. Reads the options and installs the transformer, nothing
 * else: whatever costs time or touches the network waits for the first flagged class.
 */
public final class AgentMain {
  private AgentMain() {}

  /** Starts the runtime; a wrong option ends as one line and the application starts ungated. */
  public static void start(@Nullable String arguments, Instrumentation instrumentation) {
    Options options;
    try {
      options = Options.read(arguments, System.getProperties(), System.getenv());
    } catch (IllegalArgumentException e) {
      AgentLog.now(e.getMessage() + "; nothing is gated");
      return;
    }
    if (options.get("enabled").equalsIgnoreCase("true")) {
      install(options, instrumentation);
    }
  }

  /** Installs the transformer with a runtime of its own, and returns that. */
  static AgentRuntime install(Options options, Instrumentation instrumentation) {
    AgentRuntime runtime = new AgentRuntime(options, new ModuleOpener(instrumentation));
    GateTransformer transformer = new GateTransformer(instrumentation, runtime);
    instrumentation.addTransformer(transformer, true);
    runtime.onClose(() -> instrumentation.removeTransformer(transformer));
    return runtime;
  }
}
