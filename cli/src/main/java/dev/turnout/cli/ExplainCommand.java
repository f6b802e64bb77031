package dev.turnout.cli;

import dev.turnout.flags.Variants;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code turnout explain NAME --user U}. */
@Command(name = "explain", description = "Shows how a flag decides for a caller, step by step.")
final class ExplainCommand extends FlagCommand {
  @Option(names = "--user", paramLabel = "USER", description = "The caller's user id.")
  private @Nullable String user;

  @Option(names = "--ring", paramLabel = "RING", description = "The caller's ring.")
  private @Nullable String ring;

  @Option(
      names = "--attribute",
      paramLabel = "NAME=VALUE",
      description = "A further attribute of the caller, such as tenant=acme. Repeatable.")
  private Map<String, String> attributes = new LinkedHashMap<>();

  @Option(names = "--server", paramLabel = "INSTANCE", description = "The instance that is asked.")
  private @Nullable String server;

  @Option(names = "--region", paramLabel = "REGION", description = "The region of the instance.")
  private @Nullable String region;

  ExplainCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    ObjectNode body = ControlApi.object();
    ObjectNode context = body.putObject("context");
    attributes.forEach(context::put);
    putIfGiven(context, "user_id", user);
    putIfGiven(context, "ring", ring);
    putIfGiven(body, "server", server);
    putIfGiven(body, "region", region);
    return api.post(at("/feature-flags/explain/"), body);
  }

  @Override
  void show(JsonNode answer, PrintWriter out) {
    int number = 0;
    for (JsonNode step : answer.path("steps")) {
      number++;
      out.printf("%2d. %s%n", number, step.asString(""));
    }
    out.println(
        name()
            + " is "
            + outcome(answer)
            + " for this caller: "
            + answer.path("reason").asString("?"));
  }

  private static String outcome(JsonNode answer) {
    if (!answer.path("on").asBoolean(false)) {
      return Variants.OFF;
    }
    String variant = answer.path("variant").asString(Variants.ON);
    return variant.equals(Variants.ON) ? variant : Variants.ON + ", variant " + variant + ",";
  }

  private static void putIfGiven(ObjectNode object, String field, @Nullable String value) {
    if (value != null) {
      object.put(field, value);
    }
  }
}
