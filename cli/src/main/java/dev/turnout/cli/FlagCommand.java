package dev.turnout.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** A command about one flag, answered with the flag. */
abstract class FlagCommand extends ClientCommand {
  @Parameters(index = "0", paramLabel = "NAME", description = "The flag's name.")
  private String name = "";

  FlagCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void validate() {
    Arguments.flagName(name);
  }

  final void name(String flag) {
    name = flag;
  }

  final String name() {
    return name;
  }

  /** The flag's place in a path that starts with {@code prefix}. */
  final String at(String prefix) {
    return prefix + ControlApi.segment(name);
  }

  @Override
  void show(JsonNode flag, PrintWriter out) {
    out.println(
        flag.path("name").asString(name)
            + " is "
            + Words.state(flag)
            + ", "
            + Words.rollout(flag)
            + (flag.path("frozen").asBoolean(false) ? ", frozen" : "")
            + " (revision "
            + flag.path("revision").asLong(0)
            + ")");
    String variants = Words.shares(flag.path("variants"));
    if (!variants.isEmpty()) {
      out.println("  who is on gets: " + variants);
    }
    String stop = Words.stop(flag);
    if (!stop.isEmpty()) {
      out.println("  " + stop);
    }
  }
}
