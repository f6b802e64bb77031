package dev.turnout.benchmarks.fleet;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** The whole fleet loses its server, and finds it again. */
final class ReconnectScenario {
  private static final double LIMIT_MILLIS = 60_000;
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private final FleetOptions options;

  ReconnectScenario(FleetOptions options) {
    this.options = options;
  }

  /** How the server ends. */
  private interface Ending {
    void end(ServerJvm server) throws InterruptedException;
  }

  List<Outcome> run() throws IOException, InterruptedException {
    try (Fleet fleet = Fleet.start(options.jdk())) {
      fleet.createFlags(options.flags());
      Progress.say("connecting %d streams", options.agents());
      try (SimulatedAgents agents = fleet.connect(options.agents(), options.compressed())) {
        List<Outcome> outcomes = new ArrayList<>();
        outcomes.add(restart("killed", ServerJvm::kill, fleet, agents));
        outcomes.add(restart("stopped in order", ServerJvm::stop, fleet, agents));
        return outcomes;
      }
    }
  }

  private Outcome restart(String how, Ending ending, Fleet fleet, SimulatedAgents agents)
      throws IOException, InterruptedException {
    Progress.say("the server is %s and started again", how);
    agents.takeEnds();
    ending.end(fleet.server());
    fleet.server().start();
    long ready = System.nanoTime();
    // What was tried while nobody listened is no error of the server's.
    agents.takeEnds();
    Latencies halfServed = new Latencies();
    long until = ready + PATIENCE.toNanos();
    int most = 0;
    long before = 0;
    int openBefore = agents.open();
    while (agents.open() < agents.count() && System.nanoTime() - until < 0) {
      TimeUnit.MILLISECONDS.sleep(50);
      long now = System.nanoTime();
      if (now - before > TimeUnit.SECONDS.toNanos(1)) {
        if (before != 0) {
          most = Math.max(most, agents.open() - openBefore);
        }
        before = now;
        openBefore = agents.open();
      }
      if (halfServed.size() == 0 && agents.open() >= agents.count() / 2) {
        halfServed.add(now - ready);
      }
    }
    Map<String, Integer> ends = new TreeMap<>(agents.takeEnds());
    boolean all = agents.open() == agents.count();
    double served = all ? (agents.lastServedAt() - ready) / 1e6 : PATIENCE.toMillis();
    int refused = ends.getOrDefault("status 503", 0);
    ends.remove("status 503");
    boolean current = all && everyoneIsCurrent(fleet, agents);
    return new Outcome(
        "server %s and started again → all of %,d served".formatted(how, agents.count()),
        1,
        halfServed.millis(0.5),
        0,
        served,
        String.format(
            Locale.ROOT,
            "%d × 503, other errors: %s, at most %,d a second",
            refused,
            ends.isEmpty() ? "none" : ends,
            most),
        "≤ 60 s, no error but 503",
        current && served <= LIMIT_MILLIS && ends.isEmpty());
  }

  // A stream that is open and brings nothing would not be served.
  private static boolean everyoneIsCurrent(Fleet fleet, SimulatedAgents agents)
      throws IOException, InterruptedException {
    try (ApiConnection api = fleet.api()) {
      long revision = KillScenario.revision(api.send("GET", "/feature-flags", "").orFail());
      Arrival arrival = new Arrival(revision + 1, agents.count());
      agents.expect(arrival);
      String description = "{\"description\": \"changed at revision " + revision + "\"}";
      api.send("PUT", "/feature-flags/" + Fleet.FLAG, description).orFail();
      arrival.await(PATIENCE);
      return true;
    }
  }
}
