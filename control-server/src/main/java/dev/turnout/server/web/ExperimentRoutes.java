package dev.turnout.server.web;

import dev.turnout.client.codec.Json;
import dev.turnout.flags.Flag;
import dev.turnout.flags.FlagName;
import dev.turnout.flags.PathCounts;
import dev.turnout.server.auth.Right;
import dev.turnout.server.change.ExperimentChanges;
import dev.turnout.server.change.NotFoundException;
import dev.turnout.server.experiment.Experiment;
import dev.turnout.server.experiment.ExperimentJson;
import dev.turnout.server.fleet.FlagCounts;
import dev.turnout.server.fleet.Fleet;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Experiments and what they have shown so far. */
final class ExperimentRoutes {
  // By how the metric's name ends, as people name them after what they measure.
  private static final Map<String, ToDoubleFunction<PathCounts>> MEASURED =
      Map.of(
          "error_rate", Latencies::errorRate,
          "p50", counts -> Latencies.millis(counts, 0.5),
          "p95", counts -> Latencies.millis(counts, 0.95),
          "p99", counts -> Latencies.millis(counts, 0.99));

  private final Edits edits;
  private final Fleet fleet;

  ExperimentRoutes(Edits edits, Fleet fleet) {
    this.edits = edits;
    this.fleet = fleet;
  }

  void register(RoutesConfig routes) {
    Api.get(routes, "/experiments", this::list, Right.READ);
    Api.get(routes, "/experiments/{name}", this::get, Right.READ);
    routes
        .put("/experiments/{name}", this::put, Right.EDIT)
        .delete("/experiments/{name}", this::delete, Right.EDIT);
  }

  private void list(Context context) {
    ObjectNode json = Json.object();
    ArrayNode experiments = json.putArray("experiments");
    edits
        .kept()
        .experiments()
        .values()
        .forEach(experiment -> experiments.add(ExperimentJson.write(experiment)));
    Api.json(context, json);
  }

  private void get(Context context) {
    String name = name(context);
    answer(context, name, edits.kept().experiments().get(name));
  }

  private void put(Context context) {
    String name = name(context);
    JsonNode body = Body.document(context);
    Why.take(context, body);
    Experiment experiment = ExperimentJson.readPlan(name, body);
    IfMatch ifMatch = IfMatch.of(context);
    AtomicReference<@Nullable Experiment> done = new AtomicReference<>();
    edits.apply(
        context,
        draft -> {
          Experiment was = draft.findExperiment(name);
          ifMatch.check("experiment", was == null ? null : was.revision());
          context.status(was == null ? 201 : 200);
          ExperimentChanges.put(experiment).apply(draft);
          done.set(draft.findExperiment(name));
        });
    answer(context, name, done.get());
  }

  private void delete(Context context) {
    String name = name(context);
    IfMatch ifMatch = IfMatch.of(context);
    edits.apply(
        context,
        draft -> {
          Experiment was = draft.findExperiment(name);
          ifMatch.check("experiment", was == null ? null : was.revision());
          ExperimentChanges.delete(name).apply(draft);
        });
    context.status(204);
  }

  private static String name(Context context) {
    return FlagName.check("name", context.pathParam("name"));
  }

  private void answer(Context context, String name, @Nullable Experiment experiment) {
    if (experiment == null) {
      throw NotFoundException.experiment(name);
    }
    context.header("ETag", IfMatch.tag(experiment.revision()));
    ObjectNode json = ExperimentJson.write(experiment);
    putResults(json.putObject("results"), experiment);
    Api.json(context, json);
  }

  private void putResults(ObjectNode json, Experiment experiment) {
    Flag flag = edits.current().flag(experiment.flag());
    json.put("in_force", flag != null && experiment.isInForce(flag));
    // A flag that was split like this already did not move with the experiment.
    long from =
        flag == null ? experiment.revision() : Math.min(flag.revision(), experiment.revision());
    FlagCounts counts =
        new FlagCounts(fleet.agents(), experiment.flag(), revision -> revision >= from);
    Map<String, PathCounts> byVariant = new LinkedHashMap<>();
    experiment
        .variants()
        .names()
        .forEach(name -> byVariant.put(name, counts.variant(experiment.counted(name))));
    json.put(
        "enough", byVariant.values().stream().allMatch(it -> it.calls() >= experiment.minSample()));
    ObjectNode variants = json.putObject("variants");
    byVariant.forEach(
        (name, it) -> {
          ObjectNode variant = variants.putObject(name);
          variant.put("calls", it.calls()).put("errors", it.errors());
          Latencies.put(variant, "error_rate", Latencies.errorRate(it));
          Latencies.put(variant, "p50_ms", Latencies.millis(it, 0.5));
          Latencies.put(variant, "p95_ms", Latencies.millis(it, 0.95));
          Latencies.put(variant, "p99_ms", Latencies.millis(it, 0.99));
        });
    ObjectNode metrics = json.putObject("metrics");
    experiment.metrics().forEach(metric -> putMetric(metrics, metric, byVariant));
  }

  // What only the application knows, such as how content its users are, is null: not measured here.
  private static void putMetric(
      ObjectNode metrics, String metric, Map<String, PathCounts> byVariant) {
    MEASURED.keySet().stream()
        .filter(metric::endsWith)
        .findFirst()
        .map(MEASURED::get)
        .ifPresentOrElse(
            measure -> {
              ObjectNode values = metrics.putObject(metric);
              byVariant.forEach(
                  (name, it) -> Latencies.put(values, name, measure.applyAsDouble(it)));
            },
            () -> metrics.putNull(metric));
  }
}
