package dev.turnout.cli;

import java.io.PrintWriter;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code turnout promote NAME --from staging --to production}. */
@Command(
    name = "promote",
    mixinStandardHelpOptions = true,
    description =
        "Carries a flag's definition over to another environment, where it lets nobody in: at 0 %%,"
            + " and every ring too.",
    footer = {
      "",
      "What stays behind: canaries, being enabled, frozen, killed or tripped. A flag that",
      "is there and lets callers in is left alone, unless --yes says that they may all",
      "go to the fallback. 'deploy' then brings it up.",
    })
final class PromoteCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "NAME", description = "The flag's name.")
  private String name = "";

  @Option(
      names = "--from",
      required = true,
      paramLabel = "PROFILE",
      description = "The environment that has the flag.")
  private String from = "";

  @Option(
      names = "--to",
      required = true,
      paramLabel = "PROFILE",
      description = "The environment that is to have it.")
  private String to = "";

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask, and carry it over to a flag that lets callers in too.")
  private boolean yes;

  @Option(names = "--dry-run", description = "Show what would change, and change nothing.")
  private boolean dryRun;

  @Option(names = "--json", description = "Print the flag as it is then, or a refusal, as JSON.")
  private boolean json;

  @Mixin private final Why why = new Why();

  PromoteCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    Arguments.flagName(name);
    Endpoint source = Connection.profile(from, terminal);
    Endpoint target = Connection.profile(to, terminal);
    if (source.url().equals(target.url())) {
      throw new CommandFailure(
          ExitCode.USAGE, "--from and --to are the same server, " + source.url());
    }
    String path = "/feature-flags/" + ControlApi.segment(name);
    Promotion promotion = Promotion.of(new ControlApi(source).get(path));
    ControlApi api = new ControlApi(target);
    JsonNode before = api.getOrNull(path);
    if (!json) {
      show(promotion, before);
    }
    if (before != null && Promotion.letsCallersIn(before) && !yes && !dryRun) {
      throw new CommandFailure(
          ExitCode.REFUSED,
          name
              + " is at "
              + Words.rollout(before)
              + " in "
              + to
              + ": with --yes it is carried over all the same, and all its callers there take the"
              + " fallback");
    }
    if (dryRun) {
      return ExitCode.DONE;
    }
    if (!yes) {
      terminal.confirm("Change " + to + "?");
    }
    // Held to what was shown: a change in between is not overwritten unseen.
    String tag = before == null ? null : "\"" + before.path("revision").asString("") + "\"";
    JsonNode after = api.put(path, why.addTo(promotion.body()), tag);
    report(after);
    return ExitCode.DONE;
  }

  private void show(Promotion promotion, @Nullable JsonNode before) {
    PrintWriter out = terminal.out();
    out.println(before == null ? name + " is new in " + to + ":" : name + " in " + to + ":");
    ObjectNode body = promotion.body();
    boolean same = true;
    for (String field : new TreeSet<>(body.propertyNames())) {
      JsonNode was = before == null ? null : before.get(field);
      JsonNode is = body.path(field);
      if (was == null || !Promotion.same(was, is)) {
        same = false;
        if (was != null) {
          out.println("  - " + field + ": " + was);
        }
        out.println("  + " + field + ": " + is);
      }
    }
    if (same) {
      out.println("  nothing differs");
    }
    out.flush();
  }

  private void report(JsonNode after) {
    PrintWriter out = terminal.out();
    if (json) {
      out.println(after.toPrettyString());
    } else {
      out.println(
          name
              + " is "
              + Words.state(after)
              + ", "
              + Words.rollout(after)
              + " in "
              + to
              + " (revision "
              + after.path("revision").asString("?")
              + ")");
    }
    for (JsonNode warning : after.path("warnings")) {
      terminal.warn(warning.asString(""));
    }
    out.flush();
  }
}
