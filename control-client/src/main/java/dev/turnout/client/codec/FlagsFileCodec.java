package dev.turnout.client.codec;

import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.FlagEdit;
import dev.turnout.flags.FlagName;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.RingMembers;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.databind.JsonNode;

/**
 * Reads a flags file, JSON or YAML: {@code {"canary": {…}, "rings": {…}, "flags": …}} where {@code
 * flags} is a list of flags or an object of them by name. Strict, for people write it; only {@code
 * flags} must be there. Besides the editable fields a flag may have {@code revision}, {@code
 * reset_revision} and {@code killed: true}.
 */
public final class FlagsFileCodec {
  private static final Set<String> TOP = new LinkedHashSet<>(List.of("canary", "rings", "flags"));
  private static final Set<String> FLAG = flagFields();

  private FlagsFileCodec() {}

  /**
   * Reads a file.
   *
   * @throws IOException if there is no such file or it cannot be read
   * @throws CodecException naming the file, the field, and line and column where they are known
   */
  public static Snapshot read(Path file) throws IOException {
    if (Files.size(file) > Json.MAX_BYTES) {
      throw new CodecException(file + ": more than the " + Json.MAX_BYTES + " bytes allowed");
    }
    Instant modified = Files.getLastModifiedTime(file).toInstant();
    return read(file.toString(), Files.readAllBytes(file), modified);
  }

  /**
   * Reads a file's content.
   *
   * @param fileName its ending tells the format; without one the first character does
   * @param modified taken for the time of the snapshot and of kills
   * @throws CodecException naming the file, the field, and line and column where they are known
   */
  public static Snapshot read(String fileName, byte[] content, Instant modified) {
    TokenStreamFactory format = format(fileName, content);
    JsonNode json;
    try {
      json = parse(format, content);
    } catch (CodecException e) {
      throw new CodecException(fileName + ": " + e.getMessage(), e);
    }
    Reading reading = new Reading(modified);
    try {
      return reading.snapshot(json);
    } catch (InvalidFlagException e) {
      String where = Locations.describe(format, content, reading.at, e.field());
      String flag = reading.flag == null ? "" : "flag " + reading.flag + ": ";
      throw new CodecException(fileName + ": " + where + flag + e.getMessage(), e);
    }
  }

  /**
   * Reads of content that is wrong what it stops all the same: towards the fallback nothing is
   * refused, and who kills a flag in an emergency is not to mend another's line first.
   *
   * @param previous what was read before
   * @return that, but killed or disabled what this content legibly says so of
   */
  public static Snapshot readStops(
      String fileName, byte[] content, Instant modified, Snapshot previous) {
    JsonNode json;
    try {
      json = parse(format(fileName, content), content);
    } catch (CodecException e) {
      return previous;
    }
    Map<String, Flag> flags = new TreeMap<>(previous.flags());
    JsonNode listed = json.path("flags");
    if (listed.isArray()) {
      listed.forEach(flag -> stop(flag.path("name").stringValue(""), flag, modified, flags));
    } else {
      listed.properties().forEach(each -> stop(each.getKey(), each.getValue(), modified, flags));
    }
    return new Snapshot(
        previous.env(),
        previous.epoch(),
        previous.revision(),
        previous.issuedAt(),
        previous.canary(),
        previous.ringMembers(),
        flags,
        previous.validUntil());
  }

  private static void stop(String name, JsonNode json, Instant modified, Map<String, Flag> flags) {
    boolean killed = saysOf("killed", json, true);
    boolean disabled = saysOf("enabled", json, false);
    if (FlagName.isValid(name) && (killed || disabled)) {
      FlagEdit edit = flags.getOrDefault(name, Flag.named(name)).edit();
      if (disabled) {
        edit.enabled(false);
      }
      if (killed) {
        edit.stop(killed(modified));
      }
      flags.put(name, edit.done());
    }
  }

  private static boolean saysOf(String field, JsonNode json, boolean value) {
    try {
      Fields fields = new Fields("", json, true);
      return fields.has(field) && fields.bool(field) == value;
    } catch (InvalidFlagException illegible) {
      return false;
    }
  }

  private static Stop killed(Instant modified) {
    return new Stop(Stop.Kind.KILLED, "flags file", modified, "killed in the flags file", null);
  }

  private static TokenStreamFactory format(String fileName, byte[] content) {
    return isYaml(fileName, content) ? Yaml.FORMAT : Json.FORMAT;
  }

  private static JsonNode parse(TokenStreamFactory format, byte[] content) {
    return Json.parse(format, format == Yaml.FORMAT ? "YAML" : "JSON", content);
  }

  private static boolean isYaml(String fileName, byte[] content) {
    String lower = fileName.toLowerCase(Locale.ROOT);
    if (lower.endsWith(".json")) {
      return false;
    }
    if (lower.endsWith(".yaml") || lower.endsWith(".yml")) {
      return true;
    }
    for (byte b : content) {
      if (b > ' ') {
        return b != '{';
      }
    }
    return true;
  }

  private static Set<String> flagFields() {
    Set<String> fields = new LinkedHashSet<>(FlagCodec.editable());
    fields.addAll(List.of("revision", "reset_revision", "killed"));
    return fields;
  }

  /** One reading; remembers where it is, for the error message. */
  private static final class Reading {
    private final Instant modified;
    private JsonPointer at = JsonPointer.empty();
    private @Nullable String flag;

    Reading(Instant modified) {
      this.modified = modified;
    }

    Snapshot snapshot(JsonNode json) {
      Fields top = new Fields("", json, true).only(TOP);
      CanaryMode canary =
          top.has("canary") ? SnapshotCodec.readCanary(top.object("canary")) : CanaryMode.OFF;
      Map<String, RingMembers> rings = top.has("rings") ? SnapshotCodec.readRings(top) : Map.of();
      Map<String, Flag> flags = flags(top);
      at = JsonPointer.empty();
      flag = null;
      Snapshot snapshot = new Snapshot("", 0, 0, modified, canary, rings, flags);
      snapshot.checkDependencies();
      return snapshot;
    }

    private Map<String, Flag> flags(Fields top) {
      JsonNode json = top.get("flags");
      if (json.size() > SnapshotCodec.MAX_FLAGS) {
        throw new InvalidFlagException(
            "flags", "must be at most " + SnapshotCodec.MAX_FLAGS + ", not " + json.size());
      }
      JsonPointer base = JsonPointer.empty().appendProperty("flags");
      Map<String, Flag> flags = new TreeMap<>();
      if (json.isArray()) {
        for (int i = 0; i < json.size(); i++) {
          at = base.appendIndex(i);
          flag = null;
          Fields fields = new Fields("", json.get(i), true);
          String name = FlagName.check("name", fields.text("name"));
          if (flags.put(name, flag(name, fields)) != null) {
            throw new InvalidFlagException("name", "is there twice");
          }
        }
      } else if (json.isObject()) {
        for (String name : json.propertyNames()) {
          at = base.appendProperty(name);
          flag = null;
          FlagName.check("flags", name);
          flags.put(name, flag(name, new Fields("", json.get(name), true)));
        }
      } else {
        throw top.wrong("flags", "a list of flags or an object of flags by name");
      }
      return flags;
    }

    private Flag flag(String name, Fields fields) {
      flag = name;
      FlagEdit base = Flag.named(name).edit();
      long revision = fields.has("revision") ? fields.whole("revision") : 0;
      long reset = fields.has("reset_revision") ? fields.whole("reset_revision") : 0;
      base.resetRevision(reset);
      // A reset is an edit: trips after it would be of before it otherwise, and void.
      base.revision(Math.max(revision, reset));
      if (fields.has("killed") && fields.bool("killed")) {
        base.stop(killed(modified));
      }
      return FlagCodec.edit(base.done(), fields, FLAG);
    }
  }
}
