package dev.turnout.client.codec;

import dev.turnout.flags.Flag;
import dev.turnout.flags.FlagEdit;
import dev.turnout.flags.FlagName;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Stop;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A flag of an export: what it is wherever it stands, with its stop and without its revisions,
 * which belong to one store. Read strictly, for people write these too.
 */
public final class PortableFlag {
  private static final Set<String> FIELDS = fields();

  private final String name;
  private final Fields given;
  private final @Nullable Stop stop;

  private PortableFlag(String name, Fields given, @Nullable Stop stop) {
    this.name = name;
    this.given = given;
    this.stop = stop;
  }

  private static Set<String> fields() {
    Set<String> fields = new LinkedHashSet<>(FlagCodec.editable());
    fields.add("stop");
    return fields;
  }

  /** Writes a flag, always with the same fields. */
  public static ObjectNode write(Flag flag) {
    ObjectNode json = FlagCodec.toJson(flag);
    json.remove("revision");
    json.remove("reset_revision");
    // Said of the default too, or a flag that is placed otherwise would stay so.
    PlacementCodec.putAll(json, flag.bucketing());
    return json;
  }

  /**
   * Reads a flag.
   *
   * @param path where it stands, for what is said of it
   * @throws InvalidFlagException naming the first field that is unknown, missing or wrong
   */
  static PortableFlag read(String path, JsonNode json) {
    Fields fields = new Fields(path, json, true);
    String name = FlagName.check(fields.at("name"), fields.text("name"));
    boolean stopped = fields.has("stop") && !fields.isNull("stop");
    PortableFlag flag =
        new PortableFlag(name, fields, stopped ? StopCodec.read(fields.object("stop")) : null);
    Flag unused = flag.appliedTo(Flag.named(name));
    return flag;
  }

  /** The flag's name. */
  public String name() {
    return name;
  }

  /** Returns whether the field is given. */
  public boolean says(String field) {
    return given.has(field);
  }

  /**
   * Applies the fields that are given, and leaves the others as they are. A stop that stands and a
   * freeze are not lifted; a kill comes on top of a trip.
   *
   * @throws InvalidFlagException naming the field that does not go with the others
   */
  public Flag appliedTo(Flag base) {
    Flag edited;
    try {
      edited = FlagCodec.edit(base, given, FIELDS);
    } catch (InvalidFlagException e) {
      throw located(e);
    }
    FlagEdit edit = edited.edit().stop(stopOver(base.stop()));
    if (base.frozen()) {
      edit.frozen(true);
    }
    return edit.done();
  }

  private @Nullable Stop stopOver(@Nullable Stop standing) {
    if (standing == null) {
      return stop;
    }
    boolean kills = stop != null && stop.kind() == Stop.Kind.KILLED;
    return kills && standing.kind() == Stop.Kind.TRIPPED ? stop : standing;
  }

  // What is wrong with a flag as a whole is said without the place where it stands.
  private InvalidFlagException located(InvalidFlagException failure) {
    String field = failure.field();
    if (field.startsWith(given.path())) {
      return failure;
    }
    String message = String.valueOf(failure.getMessage());
    String what =
        message.startsWith(field + ": ") ? message.substring(field.length() + 2) : message;
    return new InvalidFlagException(given.at(field), what);
  }
}
