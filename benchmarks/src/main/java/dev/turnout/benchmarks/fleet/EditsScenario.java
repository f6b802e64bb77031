package dev.turnout.benchmarks.fleet;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Edits at a steady pace, each timed from when it was due, so that a stall counts in full. */
final class EditsScenario {
  private static final int A_SECOND = 50;
  private static final double LIMIT_MILLIS = 20;
  private static final int STREAMS = 1_000;
  private static final int ROUNDS_TO_WARM_UP = 500;

  private final FleetOptions options;

  EditsScenario(FleetOptions options) {
    this.options = options;
  }

  List<Outcome> run() throws IOException, InterruptedException {
    try (Fleet fleet = Fleet.start(options.jdk())) {
      fleet.createFlags(options.flags());
      try (ApiConnection api = fleet.api()) {
        for (int i = 0; i < ROUNDS_TO_WARM_UP; i++) {
          edit(api, i);
        }
        Progress.say("editing %d times a second for %d s", A_SECOND, options.seconds());
        Outcome alone = outcome("PUT acknowledged and durable, no streams", edits(api));
        int streams = Math.min(STREAMS, options.agents());
        Progress.say("the same with %d streams", streams);
        try (SimulatedAgents agents = fleet.connect(streams, options.compressed())) {
          String with = "the same while %,d streams get each".formatted(agents.count());
          Latencies latencies = edits(api);
          return List.of(alone, Outcome.of(with, latencies, ""));
        }
      }
    }
  }

  private Latencies edits(ApiConnection api) throws IOException, InterruptedException {
    Latencies latencies = new Latencies();
    long between = TimeUnit.SECONDS.toNanos(1) / A_SECOND;
    long due = System.nanoTime();
    for (int i = 0; i < A_SECOND * options.seconds(); i++) {
      due += between;
      TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
      long now = System.nanoTime();
      // Oversleeping is this thread's own delay; to be a whole edit behind is the server's.
      long from = now - due < between ? now : due;
      edit(api, i);
      latencies.add(System.nanoTime() - from);
    }
    return latencies;
  }

  private static void edit(ApiConnection api, int i) throws IOException {
    String body = "{\"percentage\": " + i % 100 + "." + i % 7 + "}";
    api.send("PUT", "/feature-flags/" + Fleet.FLAG, body).orFail();
  }

  private static Outcome outcome(String measured, Latencies latencies) {
    return Outcome.of(
        measured,
        latencies,
        String.format(Locale.ROOT, "%d a second", A_SECOND),
        "p99 ≤ 20 ms",
        latencies.millis(0.99) <= LIMIT_MILLIS);
  }
}
