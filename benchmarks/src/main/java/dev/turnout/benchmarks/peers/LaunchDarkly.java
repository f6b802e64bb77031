package dev.turnout.benchmarks.peers;

import com.launchdarkly.logging.LDLogLevel;
import com.launchdarkly.sdk.LDContext;
import com.launchdarkly.sdk.server.Components;
import com.launchdarkly.sdk.server.LDClient;
import com.launchdarkly.sdk.server.LDConfig;
import com.launchdarkly.sdk.server.integrations.FileData;
import dev.turnout.benchmarks.Users;
import java.io.IOException;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** LaunchDarkly's server SDK with a flags file: a percentage rollout, no events. */
@State(Scope.Benchmark)
public class LaunchDarkly {
  private static final String FLAGS =
      """
      {"flags": {"split": {
        "key": "split", "version": 1, "on": true, "salt": "salt",
        "variations": [true, false], "offVariation": 1,
        "fallthrough": {"rollout": {"variations": [
          {"variation": 0, "weight": 50000}, {"variation": 1, "weight": 50000}]}}}}}
      """;

  private final LDClient client;
  private final LDContext[] contexts =
      Stream.of(Users.cycle()).map(LDContext::create).toArray(LDContext[]::new);

  /** Reads the flags. */
  public LaunchDarkly() {
    client =
        new LDClient(
            "none",
            new LDConfig.Builder()
                .dataSource(FileData.dataSource().filePaths(Scratch.file(FLAGS)))
                .events(Components.noEvents())
                .logging(Components.logging().level(LDLogLevel.ERROR))
                .build());
    Users.expectHalf(user -> client.boolVariation("split", LDContext.create(user), false));
  }

  /** Evaluates the flag for the user at that place. */
  public boolean isOn(int place) {
    return client.boolVariation("split", contexts[place], false);
  }

  /** Stops its threads. */
  @TearDown
  public void close() throws IOException {
    client.close();
  }
}
