package dev.turnout.benchmarks.peers;

import dev.openfeature.sdk.providers.memory.Flag;
import dev.openfeature.sdk.providers.memory.InMemoryProvider;
import java.util.Map;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * OpenFeature with its in-memory provider. That one knows no percentage, so half of the users are
 * chosen by the hash code of their key, which costs next to nothing.
 */
@State(Scope.Benchmark)
public class InMemory {
  private final OpenFeature client =
      new OpenFeature(
          new InMemoryProvider(
              Map.of(
                  "split",
                  Flag.<Boolean>builder()
                      .variant("on", true)
                      .variant("off", false)
                      .defaultVariant("off")
                      .contextEvaluator(
                          (flag, context) -> (context.getTargetingKey().hashCode() & 1) == 0)
                      .build())));

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
