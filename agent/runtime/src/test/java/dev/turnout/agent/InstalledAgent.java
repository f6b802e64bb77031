package dev.turnout.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  /**
   * With a flags file and a state directory in a directory.
   *
   * @param flags what {@code flags.yaml} begins with; to be written again for a change
   */
  static AgentRuntime in(Path directory, String flags) throws IOException {
    Files.writeString(directory.resolve("flags.yaml"), flags);
    return with("flags-file=%1$s/flags.yaml,state-directory=%1$s/state".formatted(directory));
  }

  static AgentRuntime with(Options options) {
    AgentRuntime runtime = AgentMain.runtime(options, ByteBuddyAgent.install());
    runtime.install();
    return runtime;
  }
}
