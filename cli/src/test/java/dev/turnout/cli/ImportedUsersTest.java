package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.launchdarkly.logging.LDLogLevel;
import com.launchdarkly.sdk.LDContext;
import com.launchdarkly.sdk.server.Components;
import com.launchdarkly.sdk.server.LDClient;
import com.launchdarkly.sdk.server.LDConfig;
import com.launchdarkly.sdk.server.integrations.FileData;
import dev.openfeature.contrib.providers.flagd.Config;
import dev.openfeature.contrib.providers.flagd.FlagdOptions;
import dev.openfeature.contrib.providers.flagd.FlagdProvider;
import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.ImmutableContext;
import dev.openfeature.sdk.OpenFeatureAPI;
import dev.turnout.client.codec.FlagCodec;
import dev.turnout.flags.Caller;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Decider;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Host;
import dev.turnout.flags.Snapshot;
import io.getunleash.DefaultUnleash;
import io.getunleash.UnleashContext;
import io.getunleash.util.UnleashConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Imported flags against the SDKs of the products that they come from: 10,000 users, each of them
 * where they were.
 */
final class ImportedUsersTest extends ServedTest {
  private static final int USERS = 10_000;
  private static final int FLAGD_MILLIS = 30_000;

  @BeforeEach
  void letUsersInByName() {
    done("canary", "on");
  }

  // What agents would decide by, read back from the server.
  private Decider imported(String product, String export) throws IOException {
    done("import", product, file(export).toString());
    Map<String, Flag> flags = new TreeMap<>();
    for (JsonNode flag : json("get", "--json").path("flags")) {
      flags.put(flag.path("name").asString(), FlagCodec.read(flag));
    }
    Snapshot snapshot =
        new Snapshot("test", 1, 1, Instant.EPOCH, new CanaryMode(true, Set.of()), Map.of(), flags);
    return Decider.compile(snapshot, new Host("s", "i", "r"), Set.of(), () -> 0);
  }

  private Path file(String content) throws IOException {
    return Files.writeString(directory.resolve("export.json"), content);
  }

  // Users as they come: numbers, mail addresses, and what is not ASCII.
  private static String user(int place) {
    return switch (place % 4) {
      case 0 -> Integer.toString(place);
      case 1 -> "user-" + place + "@example.com";
      case 2 -> "пользователь-" + place;
      default -> "0b9c-" + Integer.toHexString(place * 0x9e3779b9);
    };
  }

  /**
   * Compares everybody.
   *
   * @param there what the product says for a flag and a user: a variant, or whether it is on
   * @param expected all that it may say, so that no comparison is of nothing
   */
  private static void assertNobodyMoved(
      Decider here, String flag, BiFunction<String, String, Object> there, Object... expected) {
    Set<String> seen = new TreeSet<>();
    Map<String, String> movedUsers = new HashMap<>();
    for (int i = 0; i < USERS; i++) {
      String user = user(i);
      Object was = there.apply(flag, user);
      var decision = here.decide(flag, user, Caller.UNKNOWN);
      Object is = was instanceof Boolean ? (Object) decision.on() : decision.variant();
      seen.add(was.toString());
      if (!was.equals(is)) {
        movedUsers.put(user, was + " -> " + is);
      }
    }
    assertThat(movedUsers).as(flag).isEmpty();
    assertThat(seen)
        .as(flag)
        .containsExactlyInAnyOrderElementsOf(
            List.of(expected).stream().map(Object::toString).toList());
  }

  @Test
  void launchDarkly() throws Exception {
    String export =
        """
        {"flags": {
          "tenth": {"key": "tenth", "version": 1, "on": true, "salt": "7a1b", "offVariation": 1,
            "variations": [true, false], "targets": [{"values": ["0", "4", "8", "12"], "variation": 0}],
            "fallthrough": {"rollout": {"variations": [
              {"variation": 0, "weight": 10001}, {"variation": 1, "weight": 89999}]}}},
          "seeded": {"key": "seeded", "version": 1, "on": true, "salt": "s", "offVariation": 1,
            "variations": [true, false],
            "fallthrough": {"rollout": {"kind": "experiment", "seed": 61, "variations": [
              {"variation": 0, "weight": 50000}, {"variation": 1, "weight": 50000}]}}},
          "needy": {"key": "needy", "version": 1, "on": true, "salt": "n", "offVariation": 1,
            "variations": [true, false], "prerequisites": [{"key": "tenth", "variation": 0}],
            "fallthrough": {"rollout": {"variations": [
              {"variation": 0, "weight": 33333}, {"variation": 1, "weight": 66667}]}}},
          "off": {"key": "off", "version": 1, "on": false, "salt": "o", "offVariation": 1,
            "variations": [true, false], "fallthrough": {"variation": 0}},
          "colour": {"key": "colour", "version": 1, "on": true, "salt": "c", "offVariation": 0,
            "variations": ["red", "green", "blue"],
            "fallthrough": {"rollout": {"variations": [
              {"variation": 2, "weight": 33333}, {"variation": 0, "weight": 33333},
              {"variation": 1, "weight": 33334}]}}}},
         "flagValues": {"all": true}}
        """;
    Decider here = imported("launchdarkly", export);
    LDConfig config =
        new LDConfig.Builder()
            .dataSource(FileData.dataSource().filePaths(file(export)))
            .events(Components.noEvents())
            .logging(Components.logging().level(LDLogLevel.NONE))
            .build();
    try (LDClient client = new LDClient("none", config)) {
      BiFunction<String, String, Object> bool =
          (flag, user) -> client.boolVariation(flag, LDContext.create(user), false);
      assertNobodyMoved(here, "tenth", bool, true, false);
      assertNobodyMoved(here, "seeded", bool, true, false);
      assertNobodyMoved(here, "needy", bool, true, false);
      assertNobodyMoved(here, "off", bool, false);
      assertNobodyMoved(here, "all", bool, true);
      assertNobodyMoved(
          here,
          "colour",
          (flag, user) -> client.stringVariation(flag, LDContext.create(user), "none"),
          "red",
          "green",
          "blue");
    }
  }

  @Test
  void unleash() throws Exception {
    String variants =
        """
        [{"name": "a", "weight": 333, "stickiness": "default"},
         {"name": "b", "weight": 333, "stickiness": "default"},
         {"name": "c", "weight": 334, "stickiness": "default"}]""";
    String export =
        """
        {"version": 2, "features": [
          {"name": "grouped", "enabled": true, "strategies": [
            {"name": "flexibleRollout", "constraints": [],
             "parameters": {"rollout": "37", "stickiness": "default", "groupId": "group"}}]},
          {"name": "named", "enabled": true, "strategies": [
            {"name": "flexibleRollout",
             "parameters": {"rollout": "50", "stickiness": "userId", "groupId": "named"}},
            {"name": "userWithId", "parameters": {"userIds": "0, 4,8"}}]},
          {"name": "old", "enabled": true, "strategies": [
            {"name": "gradualRolloutUserId", "parameters": {"percentage": "1", "groupId": "x"}}]},
          {"name": "all", "enabled": true, "strategies": [{"name": "default"}]},
          {"name": "off", "enabled": false, "strategies": [{"name": "default"}]},
          {"name": "child", "enabled": true, "dependencies": [{"feature": "grouped"}],
           "strategies": [{"name": "flexibleRollout",
             "parameters": {"rollout": "50", "stickiness": "default", "groupId": "child"}}]},
          {"name": "split", "enabled": true, "variants": VARIANTS, "strategies": [
            {"name": "flexibleRollout",
             "parameters": {"rollout": "60", "stickiness": "default", "groupId": "split"}}]},
          {"name": "strategic", "enabled": true, "strategies": [
            {"name": "flexibleRollout", "variants": VARIANTS,
             "parameters": {"rollout": "60", "stickiness": "default", "groupId": "g"}}]}]}
        """
            .replace("VARIANTS", variants);
    Decider here = imported("unleash", export);
    DefaultUnleash client =
        new DefaultUnleash(
            UnleashConfig.builder()
                .appName("test")
                .unleashAPI("http://127.0.0.1:9/")
                .apiKey("none")
                .backupFile(directory.resolve("backup.json").toString())
                .toggleBootstrapProvider(() -> Optional.of(export))
                .disablePolling()
                .disableMetrics()
                .build());
    try {
      BiFunction<String, String, Object> bool =
          (flag, user) -> client.isEnabled(flag, UnleashContext.builder().userId(user).build());
      assertNobodyMoved(here, "grouped", bool, true, false);
      assertNobodyMoved(here, "named", bool, true, false);
      assertNobodyMoved(here, "old", bool, true, false);
      assertNobodyMoved(here, "all", bool, true);
      assertNobodyMoved(here, "off", bool, false);
      assertNobodyMoved(here, "child", bool, true, false);
      BiFunction<String, String, Object> variant =
          (flag, user) -> {
            String name =
                client.getVariant(flag, UnleashContext.builder().userId(user).build()).getName();
            return name.equals("disabled") ? "off" : name;
          };
      assertNobodyMoved(here, "split", variant, "a", "b", "c", "off");
      assertNobodyMoved(here, "strategic", variant, "a", "b", "c", "off");
    } finally {
      client.shutdown();
    }
  }

  @Test
  void flagd() throws Exception {
    String bools = "\"state\": \"ENABLED\", \"variants\": {\"yes\": true, \"no\": false}";
    String export =
        """
        {"flags": {
          "tenth": {BOOLS, "defaultVariant": "no",
            "targeting": {"fractional": [["yes", 10], ["no", 90]]}},
          "thousandth": {BOOLS, "defaultVariant": "no",
            "targeting": {"fractional": [["yes", 7], ["no", 993]]}},
          "seeded": {BOOLS, "defaultVariant": "no", "targeting": {"fractional": [
            {"cat": ["seed", {"var": "$flagd.flagKey"}, {"var": "targetingKey"}]},
            ["yes"], ["no"]]}},
          "bare": {BOOLS, "defaultVariant": "no", "targeting": {"fractional": [
            {"var": "targetingKey"}, ["yes", 3], ["no", 1]]}},
          "all": {BOOLS, "defaultVariant": "yes", "targeting": {}},
          "none": {BOOLS, "defaultVariant": "no"},
          "colour": {"state": "ENABLED", "defaultVariant": "red",
            "variants": {"red": "red", "green": "green", "blue": "blue"},
            "targeting": {"fractional": [["red", 25], ["blue", 25], ["green", 50]]}}}}
        """
            .replace("BOOLS", bools);
    Decider here = imported("flagd", export);
    OpenFeatureAPI api = OpenFeatureAPI.getInstance();
    api.setProviderAndWait(
        new FlagdProvider(
            FlagdOptions.builder()
                .resolverType(Config.Resolver.FILE)
                .offlineFlagSourcePath(file(export).toString())
                .deadline(FLAGD_MILLIS)
                .build()));
    try {
      Client client = api.getClient();
      BiFunction<String, String, Object> bool =
          (flag, user) -> client.getBooleanValue(flag, false, new ImmutableContext(user));
      assertNobodyMoved(here, "tenth", bool, true, false);
      assertNobodyMoved(here, "thousandth", bool, true, false);
      assertNobodyMoved(here, "seeded", bool, true, false);
      assertNobodyMoved(here, "bare", bool, true, false);
      assertNobodyMoved(here, "all", bool, true);
      assertNobodyMoved(here, "none", bool, false);
      assertNobodyMoved(
          here,
          "colour",
          (flag, user) -> client.getStringValue(flag, "none", new ImmutableContext(user)),
          "red",
          "green",
          "blue");
    } finally {
      api.shutdown();
    }
  }
}
