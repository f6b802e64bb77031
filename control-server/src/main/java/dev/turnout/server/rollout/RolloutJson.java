package dev.turnout.server.rollout;

import dev.turnout.client.codec.Fields;
import dev.turnout.client.codec.Json;
import dev.turnout.client.codec.Values;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Percentage;
import dev.turnout.server.rollout.Rollout.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Rollouts as JSON: the same in the store and over HTTP. Stages count from 1 there. */
public final class RolloutJson {
  private static final Set<String> PLAN = new TreeSet<>(Set.of("stages", "automatic"));
  private static final Set<String> STAGE =
      new TreeSet<>(Set.of("percentage", "rings", "hold", "min_calls"));

  private RolloutJson() {}

  /** Writes a rollout. */
  public static ObjectNode write(Rollout rollout) {
    ObjectNode json =
        Json.object()
            .put("flag", rollout.flag())
            .put("state", rollout.state().wireName())
            .put("stage", rollout.state() == State.PENDING ? null : rollout.stage() + 1)
            .put("since", rollout.since() == null ? null : rollout.since().toString())
            .put("why", rollout.why())
            .put("automatic", rollout.automatic());
    ArrayNode stages = json.putArray("stages");
    rollout.stages().forEach(stage -> write(stages.addObject(), stage));
    return json.put("revision", rollout.revision());
  }

  private static void write(ObjectNode json, Stage stage) {
    Percentage percentage = stage.percentage();
    if (percentage != null) {
      Values.put(json, "percentage", percentage.percent());
    } else {
      ObjectNode rings = json.putObject("rings");
      stage.rings().forEach((ring, share) -> Values.put(rings, ring, share.percent()));
    }
    json.put("hold", Values.text(stage.hold())).put("min_calls", stage.minCalls());
  }

  /**
   * Reads what a person wants a flag's plan to be.
   *
   * @throws InvalidFlagException naming the field that is missing, unknown or wrong
   */
  public static Rollout readPlan(String flag, JsonNode json) {
    Fields fields = new Fields("", json, true).only(PLAN);
    return Rollout.planned(
        flag, stages(fields), !fields.has("automatic") || fields.bool("automatic"));
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws InvalidFlagException if this is something else
   */
  public static Rollout read(JsonNode json) {
    Fields fields = new Fields("", json, false);
    List<Stage> stages = stages(fields);
    return new Rollout(
        fields.text("flag"),
        stages,
        fields.bool("automatic"),
        state(fields),
        fields.isNull("stage") ? 0 : (int) fields.whole("stage", 1, stages.size()) - 1,
        fields.isNull("since") ? null : fields.instant("since"),
        fields.text("why"),
        fields.whole("revision"));
  }

  private static State state(Fields fields) {
    String name = fields.text("state");
    for (State state : State.values()) {
      if (state.wireName().equals(name)) {
        return state;
      }
    }
    throw fields.wrong("state", "the state of a rollout");
  }

  private static List<Stage> stages(Fields fields) {
    List<Stage> stages = new ArrayList<>();
    for (JsonNode stage : fields.array("stages")) {
      String path = fields.at("stages") + "[" + stages.size() + "]";
      stages.add(stage(new Fields(path, stage, fields.strict())));
    }
    return stages;
  }

  private static Stage stage(Fields fields) {
    fields.only(STAGE);
    @Nullable Percentage percentage =
        fields.has("percentage") ? fields.percentage("percentage") : null;
    Map<String, Percentage> rings = fields.has("rings") ? fields.shares("rings") : Map.of();
    if ((percentage == null) == rings.isEmpty()) {
      throw new InvalidFlagException(
          fields.path(), "must have either a percentage or the shares of rings");
    }
    if (fields.has("hold") && fields.duration("hold").compareTo(Stage.MAX_HOLD) > 0) {
      throw fields.wrong("hold", "at most 720h");
    }
    return new Stage(
        percentage,
        rings,
        fields.has("hold") ? fields.duration("hold") : Stage.DEFAULT_HOLD,
        fields.has("min_calls")
            ? fields.whole("min_calls", 0, Stage.MAX_MIN_CALLS)
            : Stage.DEFAULT_MIN_CALLS);
  }
}
