package dev.turnout.server.experiment;

import dev.turnout.client.codec.Fields;
import dev.turnout.client.codec.Json;
import dev.turnout.client.codec.Values;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Variants;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Experiments as JSON: the same in the store and over HTTP. */
public final class ExperimentJson {
  private static final Set<String> FIELDS =
      new TreeSet<>(
          Set.of(
              "experiment",
              "flag",
              "variants",
              "control",
              "metrics",
              "min_sample_size",
              "description"));

  private ExperimentJson() {}

  /** Writes an experiment. */
  public static ObjectNode write(Experiment experiment) {
    ObjectNode json =
        Json.object().put("experiment", experiment.name()).put("flag", experiment.flag());
    ObjectNode variants = json.putObject("variants");
    experiment
        .variants()
        .weights()
        .forEach((name, weight) -> Values.put(variants, name, weight.percent()));
    json.put("control", experiment.control());
    ArrayNode metrics = json.putArray("metrics");
    experiment.metrics().forEach(metrics::add);
    return json.put("min_sample_size", experiment.minSample())
        .put("description", experiment.description())
        .put("revision", experiment.revision());
  }

  /**
   * Reads what a person wants an experiment to be.
   *
   * @param name what the person calls it
   * @throws InvalidFlagException naming the field that is missing, unknown or wrong
   */
  public static Experiment readPlan(String name, JsonNode json) {
    Fields fields = new Fields("", json, true).only(FIELDS);
    if (fields.has("experiment") && !fields.text("experiment").equals(name)) {
      throw fields.wrong("experiment", "the experiment's name, " + name);
    }
    return read(name, fields, 0);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws InvalidFlagException if this is something else
   */
  public static Experiment read(JsonNode json) {
    Fields fields = new Fields("", json, false);
    return read(fields.text("experiment"), fields, fields.whole("revision"));
  }

  private static Experiment read(String name, Fields fields, long revision) {
    Variants variants = Variants.of(fields.shares("variants"));
    return new Experiment(
        name,
        fields.has("flag") ? fields.text("flag") : name,
        variants,
        control(fields, variants),
        fields.has("metrics") ? fields.texts("metrics") : List.of(),
        fields.has("min_sample_size")
            ? fields.whole("min_sample_size", 0, Experiment.MAX_MIN_SAMPLE)
            : Experiment.DEFAULT_MIN_SAMPLE,
        fields.has("description") ? fields.text("description", Experiment.MAX_DESCRIPTION) : "",
        revision);
  }

  private static @Nullable String control(Fields fields, Variants variants) {
    if (!fields.has("control")) {
      return variants.names().contains(Experiment.CONTROL) ? Experiment.CONTROL : null;
    }
    return fields.isNull("control") ? null : fields.text("control");
  }
}
