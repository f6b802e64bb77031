package dev.turnout.cli;

import dev.turnout.cli.migration.Migration;
import dev.turnout.cli.migration.Product;
import dev.turnout.client.codec.FlagCodec;
import dev.turnout.flags.Flag;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Placement.Algorithm;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code turnout import PRODUCT FILE}, of another product. */
@Command(
    description = {
      "Creates flags from an export, with every user where they were. What would not decide",
      "exactly as it did is refused, with the reason; the exit code is 1 then. The others",
      "are created by one request, all or none. A flag that is there already is left alone",
      "if it is the same, and refused if it is not.",
    })
final class ImportProductCommand extends ClientCommand {
  private static final Set<String> FIELDS =
      Set.of(
          "name",
          "enabled",
          "percentage",
          "variants",
          "canary",
          "dependencies",
          "stickiness",
          "bucketing",
          "bucketing_key",
          "bucketing_salt",
          "variant_bucketing");

  private final Terminal terminal;
  private final Product product;

  @Parameters(index = "0", paramLabel = "FILE", description = "The export, as JSON.")
  private Path file = Path.of("");

  @Option(
      names = "--dry-run",
      description = "Say what would be created and what not. No server is asked.")
  private boolean dryRun;

  @Option(
      names = "--flagd-bucketing",
      paramLabel = "ALGORITHM",
      description = {
        "How flagd's flags were evaluated: flagd_ratio by its SDK for Java in the",
        "process, up to 0.11.15 (the default); flagd by what scales the hash.",
      },
      defaultValue = "flagd_ratio")
  private String flagdBucketing = "";

  @Option(
      names = "--environment",
      paramLabel = "NAME",
      description = "Which environment of an Unleash export that has several.")
  private @Nullable String environment;

  ImportProductCommand(Terminal terminal, Product product) {
    super(terminal);
    this.terminal = terminal;
    this.product = product;
  }

  @Override
  void validate() {
    flagdAlgorithm();
  }

  private Algorithm flagdAlgorithm() {
    return switch (flagdBucketing) {
      case "flagd_ratio" -> Algorithm.FLAGD_RATIO;
      case "flagd" -> Algorithm.FLAGD;
      default ->
          throw new CommandFailure(
              ExitCode.USAGE,
              "--flagd-bucketing must be flagd_ratio or flagd, not \"" + flagdBucketing + "\"");
    };
  }

  @Override
  JsonNode answer(Supplier<ControlApi> api) {
    Migration migration = read();
    return dryRun ? report(migration, Map.of()) : request(api.get(), migration);
  }

  @Override
  JsonNode request(ControlApi api) {
    return request(api, read());
  }

  private JsonNode request(ControlApi api, Migration migration) {
    Map<String, JsonNode> existing = new TreeMap<>();
    api.get("/feature-flags")
        .path("flags")
        .forEach(flag -> existing.put(flag.path("name").asString(""), flag));
    boolean canaryMode = api.get("/canary").path("mode").asBoolean(false);
    for (Migration.Moved moved : new ArrayList<>(migration.moved().values())) {
      check(moved.flag(), existing, canaryMode, migration);
    }
    ArrayNode created = ControlApi.json().createArrayNode();
    for (Migration.Moved moved : migration.moved().values()) {
      if (!existing.containsKey(moved.flag().name())) {
        created.add(fields(moved.flag()));
      }
    }
    ObjectNode report = report(migration, existing);
    if (!created.isEmpty()) {
      report.set("revision", api.post("/feature-flags/bulk-update", created).path("revision"));
    }
    return report;
  }

  private static void check(
      Flag flag, Map<String, JsonNode> existing, boolean canaryMode, Migration migration) {
    JsonNode there = existing.get(flag.name());
    if (there != null && !isSame(there, flag)) {
      migration.refuse(flag.name(), "there is a flag of that name, and it is not the same");
    } else if (!canaryMode && !flag.canary().users().isEmpty()) {
      migration.refuse(
          flag.name(),
          "it lets in users by name, which needs canary mode: turn it on first, turnout canary on");
    }
  }

  private static boolean isSame(JsonNode there, Flag flag) {
    try {
      Flag known = FlagCodec.read(there);
      return FlagCodec.edit(known, fields(flag)).equals(known);
    } catch (InvalidFlagException e) {
      // A newer server's flag, which this command does not understand, is none that it made.
      return false;
    }
  }

  private static ObjectNode fields(Flag flag) {
    ObjectNode json = FlagCodec.toJson(flag);
    json.retain(FIELDS);
    return json;
  }

  private Migration read() {
    Path path = terminal.directory().resolve(file);
    try {
      return product.read(
          ControlApi.json().readTree(Files.readAllBytes(path)), flagdAlgorithm(), environment);
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.USAGE, "cannot read " + file + ": " + e.getMessage());
    } catch (JacksonException e) {
      throw new CommandFailure(ExitCode.REFUSED, file + " is no JSON: " + e.getOriginalMessage());
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(
          ExitCode.REFUSED,
          file
              + " is no export of "
              + product.name().toLowerCase(Locale.ROOT)
              + ": "
              + e.getMessage());
    }
  }

  private ObjectNode report(Migration migration, Map<String, JsonNode> existing) {
    ObjectNode report = ControlApi.object().put("dry_run", dryRun);
    ArrayNode created = report.putArray("created");
    ArrayNode unchanged = report.putArray("unchanged");
    for (Migration.Moved moved : migration.moved().values()) {
      if (existing.containsKey(moved.flag().name())) {
        unchanged.add(moved.flag().name());
        continue;
      }
      ObjectNode flag = created.addObject();
      flag.put("name", moved.flag().name());
      ArrayNode notes = flag.putArray("notes");
      moved.notes().forEach(notes::add);
      flag.set("fields", fields(moved.flag()));
    }
    ArrayNode refused = report.putArray("refused");
    migration
        .refused()
        .forEach((name, reason) -> refused.addObject().put("name", name).put("reason", reason));
    return report;
  }

  @Override
  int exitCode(JsonNode report) {
    return report.path("refused").isEmpty() ? ExitCode.DONE : ExitCode.REFUSED;
  }

  @Override
  void show(JsonNode report, PrintWriter out) {
    for (JsonNode flag : report.path("created")) {
      JsonNode fields = flag.path("fields");
      out.println(
          flag.path("name").asString("")
              + (dryRun ? " would be created: " : " created: ")
              + Words.state(fields)
              + ", "
              + Words.rollout(fields)
              + variants(fields));
      flag.path("notes").forEach(note -> out.println("  note: " + note.asString("")));
    }
    report
        .path("unchanged")
        .forEach(name -> out.println(name.asString("") + " is there already, the same"));
    for (JsonNode flag : report.path("refused")) {
      out.println(flag.path("name").asString("") + " refused: " + flag.path("reason").asString(""));
    }
    out.println(
        report.path("created").size()
            + (dryRun ? " would be created, " : " created, ")
            + report.path("unchanged").size()
            + " there already, "
            + report.path("refused").size()
            + " refused");
  }

  private static String variants(JsonNode fields) {
    String shares = Words.shares(fields.path("variants"));
    return shares.isEmpty() ? "" : "; who is on gets: " + shares;
  }
}
