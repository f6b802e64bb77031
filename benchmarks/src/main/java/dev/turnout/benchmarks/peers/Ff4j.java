package dev.turnout.benchmarks.peers;

import dev.turnout.benchmarks.Users;
import org.ff4j.FF4j;
import org.ff4j.core.Feature;
import org.ff4j.strategy.PonderationStrategy;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** FF4J with a store in memory. It has no sticky percentage: half of the calls are drawn. */
@State(Scope.Benchmark)
public class Ff4j {
  private final FF4j ff4j = new FF4j();

  /** Makes the feature. */
  public Ff4j() {
    ff4j.createFeature(new Feature("split", true, "", "", null, new PonderationStrategy(0.5)));
    Users.expectHalf(user -> ff4j.check("split"));
  }

  /** Evaluates the flag. */
  public boolean isOn() {
    return ff4j.check("split");
  }
}
