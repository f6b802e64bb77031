package dev.turnout.agent;

import dev.turnout.agent.weave.GateRules;
import dev.turnout.agent.weave.GatesFile;
import dev.turnout.bootstrap.AgentStart;
import java.io.File;
import java.lang.instrument.Instrumentation;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The runtime's entry, called in premain. Reads the options and installs the transformer, nothing
 * else: whatever costs time or touches the network waits for the first flagged class.
 */
public final class AgentMain implements AgentStart.Starter {
  static {
    AgentStart.provide(new AgentMain());
  }

  private AgentMain() {}

  @Override
  public @Nullable Function<String, String> start(
      @Nullable String arguments, Instrumentation instrumentation) {
    Options options = Options.read(arguments, System.getProperties(), System.getenv());
    return options.get("enabled").equalsIgnoreCase("true")
        ? install(options, instrumentation)
        : null;
  }

  /** Installs the transformer with a runtime of its own, and returns that. */
  static AgentRuntime install(Options options, Instrumentation instrumentation) {
    GateRules rules = rules(options);
    AgentRuntime runtime = new AgentRuntime(options, rules, instrumentation);
    runtime.install();
    return runtime;
  }

  // A wrong gates file costs the gates that it names; those with annotations are there all the
  // same.
  private static GateRules rules(Options options) {
    String file = options.get("gates-file");
    if (file.isEmpty()) {
      return GateRules.NONE;
    }
    try {
      return GatesFile.read(new File(file));
    } catch (IllegalArgumentException e) {
      return without(String.valueOf(e.getMessage()));
    } catch (Throwable e) {
      // Such as a stack overflow: the YAML reader enters itself for each level of nesting.
      return without(file + ": the gates file cannot be read: " + e);
    }
  }

  private static GateRules without(String problem) {
    AgentLog.now(problem + "; the gates of this file are not there");
    return GateRules.NONE;
  }
}
