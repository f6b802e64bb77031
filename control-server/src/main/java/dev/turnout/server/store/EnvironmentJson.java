package dev.turnout.server.store;

import dev.turnout.client.codec.CodecException;
import dev.turnout.client.codec.Json;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.RingMembers;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What belongs to an environment as a whole, as JSON: the same in the store and over HTTP. */
public final class EnvironmentJson {
  private EnvironmentJson() {}

  /** The epoch. */
  public static ObjectNode epoch(long epoch) {
    return Json.object().put("epoch", epoch);
  }

  /** Canary mode. */
  public static ObjectNode canary(CanaryMode canary) {
    ObjectNode json = Json.object().put("mode", canary.on());
    putSorted(json, "users", canary.users());
    return json;
  }

  /**
   * Reads canary mode.
   *
   * @throws CodecException if this is not what {@link #canary} wrote
   */
  public static CanaryMode readCanary(JsonNode json) {
    JsonNode mode = json.get("mode");
    JsonNode users = json.get("users");
    if (mode == null || !mode.isBoolean() || users == null || !users.isArray()) {
      throw new CodecException("canary mode cannot be understood: " + json);
    }
    Set<String> names = new LinkedHashSet<>();
    users.forEach(user -> names.add(user.stringValue()));
    return new CanaryMode(mode.booleanValue(), names);
  }

  /** The members of each ring, by its name. */
  public static ObjectNode rings(Map<String, RingMembers> rings) {
    ObjectNode json = Json.object();
    rings.forEach(
        (name, members) -> {
          ObjectNode ring = json.putObject(name);
          putSorted(ring, "users", members.users());
          putSorted(ring, "email_domains", members.emailDomains());
        });
    return json;
  }

  private static void putSorted(ObjectNode json, String name, Collection<String> values) {
    ArrayNode array = json.putArray(name);
    values.stream().sorted().forEach(array::add);
  }
}
