package dev.turnout.cli;

import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A command that changes a part of the policy. The server takes a policy as a whole only. */
abstract class PolicyChange extends PolicyAnswer {
  @Mixin private final Why why = new Why();

  PolicyChange(Terminal terminal) {
    super(terminal);
  }

  /** Changes the policy that is in force. */
  abstract void change(ObjectNode policy);

  @Override
  final JsonNode request(ControlApi api) {
    if (!(api.get(PATH) instanceof ObjectNode policy)) {
      throw new CommandFailure(ExitCode.REFUSED, "the server's policy is not an object");
    }
    change(policy);
    return api.put(PATH, why.addTo(policy));
  }

  /** Takes the blackout of that name away, and returns whether there was one. */
  static boolean remove(ObjectNode policy, String name) {
    ArrayNode others = ControlApi.json().createArrayNode();
    JsonNode all = policy.path("blackouts");
    all.values().stream()
        .filter(blackout -> !blackout.path("name").asString("").equals(name))
        .forEach(others::add);
    policy.set("blackouts", others);
    return others.size() < all.size();
  }
}
