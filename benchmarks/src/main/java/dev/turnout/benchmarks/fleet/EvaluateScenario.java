package dev.turnout.benchmarks.fleet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Every flag of many decided for one user, by several connections as fast as they are answered. */
final class EvaluateScenario {
  private static final int FLAGS = 500;
  private static final int CONNECTIONS = 8;
  private static final int LIMIT_A_SECOND = 2_000;
  private static final int WARM_UP_SECONDS = 10;

  private final FleetOptions options;

  EvaluateScenario(FleetOptions options) {
    this.options = options;
  }

  List<Outcome> run() throws IOException, InterruptedException {
    try (Fleet fleet = Fleet.start(options.jdk())) {
      fleet.createFlags(FLAGS);
      ask(fleet, WARM_UP_SECONDS, new Latencies());
      Progress.say("evaluating %d flags for %d s", FLAGS, options.seconds());
      Latencies latencies = new Latencies();
      double spentBefore = fleet.server().processorMillis();
      long began = System.nanoTime();
      int bytes = ask(fleet, options.seconds(), latencies);
      double rate = latencies.size() / ((System.nanoTime() - began) / 1e9);
      double spent = (fleet.server().processorMillis() - spentBefore) / latencies.size();
      return List.of(
          Outcome.of(
              "POST /feature-flags/evaluate with " + FLAGS + " flags",
              latencies,
              String.format(
                  Locale.ROOT,
                  "%,.0f a second by %d connections, %,d bytes each, server busy for %.2f ms",
                  rate,
                  CONNECTIONS,
                  bytes,
                  spent),
              String.format(Locale.ROOT, "≥ %,d a second", LIMIT_A_SECOND),
              rate >= LIMIT_A_SECOND));
    }
  }

  private static int ask(Fleet fleet, int seconds, Latencies latencies)
      throws IOException, InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
    try {
      List<Future<Integer>> asking = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        int connection = i;
        asking.add(threads.submit(() -> ask(fleet, connection, until, latencies)));
      }
      int bytes = 0;
      for (Future<Integer> one : asking) {
        bytes = one.get();
      }
      return bytes;
    } catch (ExecutionException e) {
      throw new IOException("evaluating failed: " + e.getCause(), e);
    } finally {
      threads.shutdownNow();
    }
  }

  private static int ask(Fleet fleet, int connection, long until, Latencies latencies)
      throws IOException {
    int bytes = 0;
    try (ApiConnection api = fleet.api()) {
      for (int i = 0; System.nanoTime() - until < 0; i++) {
        String user = "user-" + connection + "-" + i;
        String body = "{\"context\": {\"user_id\": \"" + user + "\", \"ring\": \"beta\"}}";
        long sent = System.nanoTime();
        bytes = api.send("POST", "/feature-flags/evaluate", body).orFail().body().length();
        latencies.add(System.nanoTime() - sent);
      }
    }
    return bytes;
  }
}
