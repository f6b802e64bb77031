package dev.turnout.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code turnout policy blackout-add NAME …}. */
@Command(
    name = "blackout-add",
    description = "Names a time in which nothing may be raised; replaces the one of that name.",
    footer = {
      "",
      "Every week:",
      "  ${COMMAND-FULL-NAME} nights --days mon,fri --from 18:00 --to 08:00 \\",
      "      --zone Europe/Berlin",
      "Once:",
      "  ${COMMAND-FULL-NAME} launch --from 2026-12-24T00:00:00Z \\",
      "      --until 2026-12-27T00:00:00Z",
    })
final class PolicyBlackoutAddCommand extends PolicyChange {
  @Parameters(index = "0", paramLabel = "NAME", description = "The blackout's name.")
  private String name = "";

  @Option(
      names = "--days",
      split = ",",
      paramLabel = "DAY",
      description = "The days on which it begins, such as mon,fri; every day if left out.")
  private List<String> days = new ArrayList<>();

  @Option(
      names = "--from",
      required = true,
      paramLabel = "TIME",
      description = "When it begins: 18:00, or a moment with --until.")
  private String from = "";

  @Option(
      names = "--to",
      paramLabel = "TIME",
      description = "When it ends, such as 08:00; on the next day if that is not after --from.")
  private @Nullable String to;

  @Option(
      names = "--until",
      paramLabel = "MOMENT",
      description = "When it ends for good, such as 2026-12-27T00:00:00Z.")
  private @Nullable String until;

  @Option(
      names = "--zone",
      paramLabel = "ZONE",
      description = "The time zone of --from and --to, such as Europe/Berlin (UTC).")
  private @Nullable String zone;

  PolicyBlackoutAddCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void validate() {
    if ((to == null) == (until == null)) {
      throw new CommandFailure(
          ExitCode.USAGE, "a blackout needs either --to, every week, or --until, once");
    }
    if (until != null && (zone != null || !days.isEmpty())) {
      throw new CommandFailure(ExitCode.USAGE, "--until does not go with --days or --zone");
    }
  }

  @Override
  void change(ObjectNode policy) {
    boolean unused = remove(policy, name);
    ObjectNode blackout = policy.withArray("blackouts").addObject().put("name", name);
    if (until != null) {
      blackout.put("from", from).put("until", until);
      return;
    }
    if (!days.isEmpty()) {
      ArrayNode list = blackout.putArray("days");
      days.forEach(list::add);
    }
    blackout.put("from", from).put("to", to).put("zone", zone == null ? "UTC" : zone);
  }
}
