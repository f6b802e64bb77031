package dev.turnout.agent;

import dev.turnout.agent.weave.GateRules;
import dev.turnout.agent.weave.GatesFile;
import dev.turnout.bootstrap.AgentStart;
import java.io.File;
import java.lang.instrument.Instrumentation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The runtime's entry, called in premain. Reads the options, and nothing else: whatever has to be
 * waited for or touches the network comes with the first flagged class.
 */
public final class AgentMain implements AgentStart.Starter {
  private static final String NOT_THERE = "; the gates of this file are not there";

  static {
    AgentStart.provide(new AgentMain());
  }

  private AgentMain() {}

  @Override
  public @Nullable Function<String, String> start(
      @Nullable String arguments, Instrumentation instrumentation) {
    Options options = Options.read(arguments, System.getProperties(), System.getenv());
    return options.get("enabled").equalsIgnoreCase("true")
        ? runtime(options, instrumentation)
        : null;
  }

  /** Creates a runtime, of which nothing is installed yet. */
  static AgentRuntime runtime(Options options, Instrumentation instrumentation) {
    List<String> problems = new ArrayList<>(options.problems());
    GateRules rules = rules(options, problems);
    problems.forEach(AgentLog::now);
    return new AgentRuntime(options, rules, problems, instrumentation);
  }

  // A wrong gates file costs the gates that it names; those with annotations are there all the
  // same.
  private static GateRules rules(Options options, List<String> problems) {
    String file = options.get("gates-file");
    if (file.isEmpty()) {
      return GateRules.NONE;
    }
    try {
      return GatesFile.read(new File(file));
    } catch (IllegalArgumentException e) {
      problems.add(e.getMessage() + NOT_THERE);
    } catch (Throwable e) {
      // Such as a stack overflow: the YAML reader enters itself for each level of nesting.
      problems.add(file + ": the gates file cannot be read: " + e + NOT_THERE);
    }
    return GateRules.NONE;
  }
}
