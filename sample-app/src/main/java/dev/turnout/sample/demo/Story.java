package dev.turnout.sample.demo;

import dev.turnout.sample.traffic.TrafficGenerator;
import dev.turnout.sample.traffic.TrafficPlan;
import java.io.IOException;
import java.time.Duration;

/** The seven steps in their order. */
final class Story {
  private final LiveTable table;
  private final Patience patience;
  private final boolean once;
  private final RolloutSteps rollout;
  private final StopSteps stops;
  private final OutageStep outage;

  private interface Step {
    void play() throws IOException, InterruptedException;
  }

  Story(
      Stage stage,
      TrafficPlan plan,
      TrafficGenerator traffic,
      LiveTable table,
      Checks checks,
      boolean once)
      throws IOException {
    this.table = table;
    this.once = once;
    patience = new Patience(table);
    Witness witness = new Witness(stage.games(), patience);
    rollout = new RolloutSteps(stage, plan, witness, patience, checks);
    stops = new StopSteps(stage, traffic, witness, patience, checks);
    outage = new OutageStep(stage, plan, witness, patience, checks);
  }

  void tell() throws IOException, InterruptedException {
    play(rollout::nobody);
    play(rollout::whoIsInStaysIn);
    play(rollout::internalRing);
    play(rollout::canaryUser);
    play(stops::trip);
    play(stops::kill);
    play(outage::serverGone);
  }

  private void play(Step step) throws IOException, InterruptedException {
    table.mark();
    step.play();
    table.print();
    if (!once) {
      patience.pause(Duration.ofSeconds(5));
    }
  }
}
