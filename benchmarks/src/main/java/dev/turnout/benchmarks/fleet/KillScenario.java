package dev.turnout.benchmarks.fleet;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** From the answer to a kill until the last agent has it. */
final class KillScenario {
  private static final int SMALL = 1_000;
  private static final int REAL = 20;
  private static final double SMALL_LIMIT_MILLIS = 100;
  private static final double LARGE_LIMIT_MILLIS = 1_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ROUNDS_TO_WARM_UP = 60;
  private static final Pattern REVISION = Pattern.compile("\"revision\":([0-9]+)");

  private final FleetOptions options;

  KillScenario(FleetOptions options) {
    this.options = options;
  }

  List<Outcome> run() throws IOException, InterruptedException {
    List<Outcome> outcomes = new ArrayList<>();
    int small = Math.min(SMALL, options.agents());
    outcomes.addAll(run(small, REAL, SMALL_LIMIT_MILLIS));
    if (options.agents() > small) {
      outcomes.addAll(run(options.agents(), 0, LARGE_LIMIT_MILLIS));
    }
    return outcomes;
  }

  private List<Outcome> run(int streams, int real, double limitMillis)
      throws IOException, InterruptedException {
    try (Fleet fleet = Fleet.start(options.jdk())) {
      fleet.createFlags(options.flags());
      Progress.say("connecting %d streams and %d real agents", streams, real);
      try (SimulatedAgents agents = fleet.connect(streams, options.compressed());
          RealAgents clients =
              new RealAgents(fleet.uri(), fleet.server().agentToken(), real, Fleet.FLAG);
          ApiConnection api = fleet.api()) {
        awaitReady(clients);
        return kill(fleet, agents, clients, api, limitMillis);
      }
    }
  }

  private static void awaitReady(RealAgents clients) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (clients.ready() < clients.count()) {
      if (System.nanoTime() - until > 0) {
        throw new IllegalStateException("the real agents have no snapshot");
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private List<Outcome> kill(
      Fleet fleet,
      SimulatedAgents agents,
      RealAgents clients,
      ApiConnection api,
      double limitMillis)
      throws IOException, InterruptedException {
    Latencies sinceAnswer = new Latencies();
    Latencies sinceRequest = new Latencies();
    Latencies ofClients = new Latencies();
    Progress.say("stopping a flag %d times", options.kills());
    long revision = revision(api.send("GET", "/feature-flags", "").orFail());
    long receivedBefore = 0;
    double spentBefore = 0;
    for (int i = -ROUNDS_TO_WARM_UP; i < options.kills(); i++) {
      if (i == 0) {
        receivedBefore = agents.received();
        spentBefore = fleet.server().processorMillis();
      }
      Arrival arrival = new Arrival(++revision, agents.count());
      Arrival routed = new Arrival(revision, clients.count());
      agents.expect(arrival);
      clients.expect(routed);
      long sent = System.nanoTime();
      api.send("POST", "/feature-flags/kill/" + Fleet.FLAG, "{\"reason\": \"load\"}").orFail();
      long answered = System.nanoTime();
      long last = arrival.await(PATIENCE);
      if (clients.count() > 0) {
        long lastRouted = routed.await(PATIENCE);
        last = Math.max(last, lastRouted);
        if (i >= 0) {
          ofClients.add(Math.max(0, lastRouted - answered));
        }
      }
      if (i >= 0) {
        sinceAnswer.add(Math.max(0, last - answered));
        sinceRequest.add(last - sent);
      }
      Arrival reset = new Arrival(++revision, agents.count());
      agents.expect(reset);
      api.send("POST", "/feature-flags/reset/" + Fleet.FLAG, "").orFail();
      reset.await(PATIENCE);
    }
    long bytes =
        (agents.received() - receivedBefore) / (2L * options.kills()) / Math.max(1, agents.count());
    double spent = (fleet.server().processorMillis() - spentBefore) / (2.0 * options.kills());
    String each =
        String.format(
            Locale.ROOT,
            "%,d bytes each, snapshot %,d, server busy for %.1f ms",
            bytes,
            fleet.snapshotSize(),
            spent);
    return outcomes(fleet, agents.count(), each, sinceAnswer, sinceRequest, ofClients, limitMillis);
  }

  private static List<Outcome> outcomes(
      Fleet fleet,
      int streams,
      String each,
      Latencies sinceAnswer,
      Latencies sinceRequest,
      Latencies ofClients,
      double limitMillis)
      throws IOException, InterruptedException {
    String who = String.format(Locale.ROOT, "last of %,d streams", streams);
    List<Outcome> outcomes = new ArrayList<>();
    outcomes.add(
        Outcome.of(
            "kill answered → " + who,
            sinceAnswer,
            each,
            String.format(Locale.ROOT, "p99 ≤ %.0f ms", limitMillis),
            sinceAnswer.millis(0.99) <= limitMillis));
    outcomes.add(Outcome.of("kill sent → " + who, sinceRequest, ""));
    if (ofClients.size() > 0) {
      outcomes.add(Outcome.of("of these, real agents route to the fallback", ofClients, ""));
    }
    long peak = fleet.server().peakMemory();
    boolean alive = fleet.server().isAlive();
    outcomes.add(
        Outcome.count(
            "server's memory with " + streams + " streams",
            1,
            "%d MiB alive on the heap, process at most %d MiB"
                .formatted(fleet.server().liveHeap(), peak),
            "heap ≤ " + ServerJvm.HEAP + " MB",
            alive));
    outcomes.forEach(outcome -> Progress.say("%s", String.join(" | ", outcome.cells())));
    return outcomes;
  }

  static long revision(ApiConnection.Answer answer) {
    Matcher matcher = REVISION.matcher(answer.body());
    if (!matcher.find()) {
      throw new IllegalStateException("no revision in " + answer.body());
    }
    return Long.parseLong(matcher.group(1));
  }
}
