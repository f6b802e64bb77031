package dev.turnout.benchmarks.peers;

import dev.openfeature.contrib.providers.flagd.Config;
import dev.openfeature.contrib.providers.flagd.FlagdOptions;
import dev.openfeature.contrib.providers.flagd.FlagdProvider;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** OpenFeature with flagd's in-process evaluation of a flags file: fractional targeting. */
@State(Scope.Benchmark)
public class Flagd {
  private static final String FLAGS =
      """
      {"flags": {"split": {
        "state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off",
        "targeting": {"fractional": [["on", 50], ["off", 50]]}}}}
      """;

  // To read the file, on a machine that may be busy.
  private static final int DEADLINE_MILLIS = 30_000;

  private final OpenFeature client =
      new OpenFeature(
          new FlagdProvider(
              FlagdOptions.builder()
                  .resolverType(Config.Resolver.FILE)
                  .offlineFlagSourcePath(Scratch.file(FLAGS).toString())
                  .deadline(DEADLINE_MILLIS)
                  .build()));

  /** Evaluates the flag for the user at that place. */
  public boolean isOn(int place) {
    return client.isOn(place);
  }

  /** Stops its threads. */
  @TearDown
  public void close() {
    client.close();
  }
}
