package dev.turnout.client.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.FlagName;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.RingMembers;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A snapshot as JSON, written by the server and read by agents. */
public final class SnapshotCodec {
  /** The most flags in a snapshot. */
  public static final int MAX_FLAGS = 20_000;

  // Enough to see what is wrong; twenty thousand sentences would drown it.
  private static final int MAX_PROBLEMS = 100;
  private static final int MAX_PROBLEM = 300;

  // In what is kept alone; no server sends it.
  private static final String NOT_UNDERSTOOD = "notUnderstood";

  private SnapshotCodec() {}

  /**
   * What was read.
   *
   * @param snapshot to decide by
   * @param problems one sentence for each part that was not understood and kept its last good form
   */
  public record Read(Snapshot snapshot, List<String> problems) {
    public Read {
      problems = List.copyOf(problems);
    }
  }

  /** Writes a snapshot as one line. */
  public static byte[] write(Snapshot snapshot) {
    return Json.bytes(json(snapshot));
  }

  /**
   * Writes a snapshot as it was understood, to be read again by {@link #readKept}; or by {@link
   * #read}, as agents do that know of no problems.
   *
   * @param problems as of {@link Read}
   */
  public static byte[] writeKept(Snapshot snapshot, List<String> problems) {
    ObjectNode json = json(snapshot);
    if (!problems.isEmpty()) {
      ArrayNode lines = json.putArray(NOT_UNDERSTOOD);
      problems.forEach(lines::add);
    }
    return Json.bytes(json);
  }

  private static ObjectNode json(Snapshot snapshot) {
    ObjectNode json = Json.object();
    json.put("env", snapshot.env());
    json.put("epoch", snapshot.epoch());
    json.put("revision", snapshot.revision());
    json.put("issuedAt", snapshot.issuedAt().toString());
    Instant validUntil = snapshot.validUntil();
    if (validUntil != null) {
      json.put("validUntil", validUntil.toString());
    }
    putEnvironment(json, snapshot);
    ArrayNode flags = json.putArray("flags");
    snapshot.flags().values().forEach(flag -> flags.add(FlagCodec.toJson(flag)));
    return json;
  }

  /** Writes what belongs to the environment as a whole. */
  static void putEnvironment(ObjectNode json, Snapshot snapshot) {
    ObjectNode canary = json.putObject("canary");
    canary.put("mode", snapshot.canary().on());
    Values.put(canary, "users", snapshot.canary().users());
    ObjectNode rings = json.putObject("rings");
    snapshot.ringMembers().forEach((name, members) -> put(rings.putObject(name), members));
  }

  /**
   * Reads a snapshot; a flag that is not understood keeps its form in {@code previous}, though it
   * is stopped or disabled where the new form legibly says so.
   *
   * @throws CodecException if the document as a whole cannot be used
   */
  public static Read read(byte[] json, Snapshot previous) {
    return read(Json.parse(json), previous, new Problems());
  }

  /**
   * Reads what {@link #writeKept} wrote, with the problems that were known then.
   *
   * @throws CodecException if the document as a whole cannot be used
   */
  public static Read readKept(byte[] json, Snapshot previous) {
    JsonNode document = Json.parse(json);
    Problems problems = new Problems();
    document.path(NOT_UNDERSTOOD).forEach(line -> problems.add(line.asString("")));
    return read(document, previous, problems);
  }

  private static Read read(JsonNode document, Snapshot previous, Problems problems) {
    Fields top;
    String env;
    long epoch;
    long revision;
    JsonNode flags;
    try {
      top = new Fields("", document, false);
      env = top.text("env");
      epoch = top.whole("epoch");
      revision = top.whole("revision");
      flags = top.array("flags");
    } catch (InvalidFlagException e) {
      throw new CodecException("snapshot: " + e.getMessage(), e);
    }
    if (flags.size() > MAX_FLAGS) {
      throw new CodecException(
          "snapshot: " + flags.size() + " flags, more than the " + MAX_FLAGS + " allowed");
    }
    Instant issuedAt = problems.orElse(() -> top.instant("issuedAt"), previous.issuedAt());
    Optional<Instant> validUntil =
        problems.orElse(() -> readValidUntil(top), Optional.ofNullable(previous.validUntil()));
    CanaryMode canary = problems.orElse(() -> readCanary(top.object("canary")), previous.canary());
    Map<String, RingMembers> rings = problems.orElse(() -> readRings(top), previous.ringMembers());
    Map<String, Flag> read = readFlags(flags, previous, problems);
    return new Read(
        new Snapshot(env, epoch, revision, issuedAt, canary, rings, read, validUntil.orElse(null)),
        problems.list);
  }

  // Older servers do not say.
  private static Optional<Instant> readValidUntil(Fields top) {
    return top.has("validUntil") ? Optional.of(top.instant("validUntil")) : Optional.empty();
  }

  private static Map<String, Flag> readFlags(JsonNode flags, Snapshot previous, Problems problems) {
    Map<String, Flag> read = new TreeMap<>();
    Set<String> seen = new TreeSet<>();
    boolean nameless = false;
    for (JsonNode json : flags) {
      String name = legibleName(json);
      if (name == null) {
        problems.add("a flag has no valid name; flags that are missing keep their last form");
        nameless = true;
        continue;
      }
      Flag kept = lastGood(previous.flag(name), json);
      Flag flag = null;
      if (!seen.add(name)) {
        problems.add("flag " + name + ": is there twice");
      } else {
        try {
          flag = FlagCodec.read(json);
        } catch (InvalidFlagException e) {
          problems.add("flag " + name + ": " + e.getMessage());
        }
      }
      if (flag == null) {
        flag = kept;
      }
      if (flag == null) {
        read.remove(name);
      } else {
        read.put(name, flag);
      }
    }
    if (nameless) {
      // It may be any of those that are not there.
      previous.flags().forEach((name, flag) -> putIfUnseen(read, seen, name, flag));
    }
    return read;
  }

  private static void putIfUnseen(
      Map<String, Flag> read, Set<String> seen, String name, Flag flag) {
    if (!seen.contains(name)) {
      read.put(name, flag);
    }
  }

  private static @Nullable String legibleName(JsonNode json) {
    JsonNode name = json.get("name");
    return name != null && name.isString() && FlagName.isValid(name.stringValue())
        ? name.stringValue()
        : null;
  }

  // Towards fallback nothing is refused: a newer server's flag that this agent cannot understand
  // can still be killed.
  private static @Nullable Flag lastGood(@Nullable Flag previous, JsonNode json) {
    if (previous == null) {
      return null;
    }
    Flag kept = previous;
    JsonNode enabled = json.get("enabled");
    if (enabled != null && enabled.isBoolean() && !enabled.booleanValue()) {
      kept = kept.edit().enabled(false).done();
    }
    JsonNode stop = json.get("stop");
    if (stop != null && stop.isObject()) {
      kept = kept.edit().stop(legibleStop(stop)).done();
    }
    return kept;
  }

  private static Stop legibleStop(JsonNode json) {
    try {
      return StopCodec.read(new Fields("stop", json, false));
    } catch (InvalidFlagException e) {
      return new Stop(
          Stop.Kind.KILLED,
          "control server",
          Instant.EPOCH,
          "stopped by the control server, details not understood: " + e.getMessage(),
          null);
    }
  }

  static CanaryMode readCanary(Fields fields) {
    fields.only(Set.of("mode", "users"));
    return new CanaryMode(fields.bool("mode"), fields.textSet("users"));
  }

  static Map<String, RingMembers> readRings(Fields top) {
    Map<String, RingMembers> rings = new LinkedHashMap<>();
    top.objects("rings").forEach((name, ring) -> rings.put(name, readRing(name, ring)));
    return rings;
  }

  private static RingMembers readRing(String name, Fields fields) {
    FlagName.check("rings", name);
    fields.only(Set.of("users", "email_domains"));
    Set<String> domains = new TreeSet<>();
    fields.textSet("email_domains").forEach(it -> domains.add(it.toLowerCase(Locale.ROOT)));
    return new RingMembers(fields.textSet("users"), domains);
  }

  private static void put(ObjectNode json, RingMembers members) {
    Values.put(json, "users", members.users());
    Values.put(json, "email_domains", members.emailDomains());
  }

  /** What was not understood, in sentences. */
  private static final class Problems {
    private final List<String> list = new ArrayList<>();

    void add(String problem) {
      if (list.size() < MAX_PROBLEMS) {
        list.add(writable(problem));
      } else if (list.size() == MAX_PROBLEMS) {
        list.add("and more");
      }
    }

    // Half of a surrogate pair, which it may quote or be cut off at, could not be written.
    private static String writable(String problem) {
      String cut = problem.length() <= MAX_PROBLEM ? problem : problem.substring(0, MAX_PROBLEM);
      return new String(cut.getBytes(UTF_8), UTF_8);
    }

    <T> T orElse(Supplier<T> reading, T kept) {
      try {
        return reading.get();
      } catch (InvalidFlagException e) {
        add(e.getMessage() + "; the last good form is kept");
        return kept;
      }
    }
  }
}
