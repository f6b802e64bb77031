package dev.turnout.client.codec;

import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.RingMembers;
import dev.turnout.flags.Snapshot;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An environment as one document, to be put into another store. It has no token and no key. Read
 * strictly, for people write these too.
 */
public final class ExportCodec {
  /** The format that is written, and the newest that is read. */
  public static final int FORMAT = 1;

  private static final String POLICY = "policy";
  private static final Set<String> FIELDS =
      new LinkedHashSet<>(List.of("format", "env", "revision", "canary", "rings", POLICY, "flags"));

  private ExportCodec() {}

  /**
   * What was read; what the document does not have is null.
   *
   * @param env where it comes from
   * @param canary canary mode
   * @param rings the members of each ring, in the order that rings are tried in
   * @param policy when and how exposure may be raised, not looked into
   * @param flags in their order
   */
  public record Export(
      @Nullable String env,
      @Nullable CanaryMode canary,
      @Nullable Map<String, RingMembers> rings,
      @Nullable JsonNode policy,
      @Nullable List<PortableFlag> flags) {}

  /** Writes an environment: equal ones in equal bytes, but for where they come from. */
  public static ObjectNode write(Snapshot snapshot, JsonNode policy) {
    ObjectNode json =
        Json.object()
            .put("format", FORMAT)
            .put("env", snapshot.env())
            .put("revision", snapshot.revision());
    SnapshotCodec.putEnvironment(json, snapshot);
    json.set(POLICY, policy);
    ArrayNode flags = json.putArray("flags");
    snapshot.flags().values().forEach(flag -> flags.add(PortableFlag.write(flag)));
    return json;
  }

  /**
   * Reads an environment.
   *
   * @throws InvalidFlagException naming the first field that is unknown, missing or wrong
   */
  public static Export read(JsonNode json) {
    Fields top = new Fields("", json, true);
    long format = top.whole("format");
    if (format != FORMAT) {
      // Before anything else: in another format, other fields would only confuse.
      throw new InvalidFlagException("format", "must be " + FORMAT + ", not " + format);
    }
    top.only(FIELDS);
    if (top.has("revision")) {
      long unused = top.whole("revision");
    }
    return new Export(
        top.has("env") ? top.text("env") : null,
        top.has("canary") ? SnapshotCodec.readCanary(top.object("canary")) : null,
        top.has("rings") ? SnapshotCodec.readRings(top) : null,
        top.has(POLICY) ? top.object(POLICY).node() : null,
        top.has("flags") ? flags(top.array("flags")) : null);
  }

  private static List<PortableFlag> flags(JsonNode json) {
    if (json.size() > SnapshotCodec.MAX_FLAGS) {
      throw new InvalidFlagException(
          "flags", "must be at most " + SnapshotCodec.MAX_FLAGS + ", not " + json.size());
    }
    List<PortableFlag> flags = new ArrayList<>();
    Set<String> names = new TreeSet<>();
    for (JsonNode element : json) {
      String path = "flags[" + flags.size() + "]";
      PortableFlag flag = PortableFlag.read(path, element);
      if (!names.add(flag.name())) {
        throw new InvalidFlagException(
            path + ".name", "\"" + flag.name() + "\" is in the list before");
      }
      flags.add(flag);
    }
    return flags;
  }
}
