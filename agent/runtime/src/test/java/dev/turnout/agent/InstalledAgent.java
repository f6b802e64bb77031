package dev.turnout.agent;

import java.util.Map;
import java.util.Properties;
import net.bytebuddy.agent.ByteBuddyAgent;

/** Installs the agent's runtime in the JVM of a test. */
final class InstalledAgent {
  private InstalledAgent() {}

  /** With nothing but these arguments, whatever the system says. */
  static AgentRuntime with(String arguments) {
    return with(Options.read(arguments, new Properties(), Map.of()));
  }

  static AgentRuntime with(Options options) {
    AgentRuntime runtime = AgentMain.runtime(options, ByteBuddyAgent.install());
    runtime.install();
    return runtime;
  }
}
