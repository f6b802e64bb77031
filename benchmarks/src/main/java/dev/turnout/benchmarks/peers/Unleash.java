package dev.turnout.benchmarks.peers;

import dev.turnout.benchmarks.Users;
import io.getunleash.DefaultUnleash;
import io.getunleash.UnleashContext;
import io.getunleash.util.UnleashConfig;
import java.util.Optional;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Unleash's client with flags from its bootstrap: a gradual rollout by user, no metrics. */
@State(Scope.Benchmark)
public class Unleash {
  private static final String FLAGS =
      """
      {"version": 1, "features": [{"name": "split", "enabled": true, "strategies": [
        {"name": "gradualRolloutUserId",
         "parameters": {"percentage": "50", "groupId": "split"}}]}]}
      """;

  private final io.getunleash.Unleash client;
  private final UnleashContext[] contexts =
      Stream.of(Users.cycle()).map(Unleash::context).toArray(UnleashContext[]::new);

  /** Reads the flags. */
  public Unleash() {
    client =
        new DefaultUnleash(
            UnleashConfig.builder()
                .appName("benchmark")
                .unleashAPI("http://127.0.0.1:9/")
                .apiKey("none")
                .backupFile(Scratch.directory().resolve("backup.json").toString())
                .toggleBootstrapProvider(() -> Optional.of(FLAGS))
                .disablePolling()
                .disableMetrics()
                .build());
    Users.expectHalf(user -> client.isEnabled("split", context(user)));
  }

  private static UnleashContext context(String user) {
    return UnleashContext.builder().userId(user).build();
  }

  /** Evaluates the flag for the user at that place. */
  public boolean isOn(int place) {
    return client.isEnabled("split", contexts[place]);
  }

  /** Stops its threads. */
  @TearDown
  public void close() {
    client.shutdown();
  }
}
