package dev.turnout.sample.traffic;

import dev.turnout.sample.Arguments;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Plays games against game services at a steady rate until it is closed.
 *
 * <p>The rate is kept by the clock and not by the answers: slow services do not slow the callers
 * down, until every player waits for an answer. A call that cannot be made in time is left out and
 * counted ({@link #skippedCalls()}), never made up for in a burst. Safe for use by several threads.
 */
public final class TrafficGenerator implements AutoCloseable {
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final Duration FIRST_CALL = Duration.ofSeconds(5);
  private static final Duration LAST_CALLS = Duration.ofSeconds(5);

  private final TrafficPlan plan;
  private final ExecutorService clientThreads;
  private final ScheduledExecutorService pacer;
  private final HttpClient client;
  private final List<Player> idle = new ArrayList<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final LongAdder startedCalls = new LongAdder();
  private final LongAdder okCalls = new LongAdder();
  private final LongAdder failedCalls = new LongAdder();
  private final LongAdder skippedCalls = new LongAdder();

  // Only the pacer's thread uses these.
  private final Random turn = new Random(1);
  private long startNanos;
  private long callsDue;

  private TrafficGenerator(TrafficPlan plan) {
    this.plan = plan;
    clientThreads = Executors.newFixedThreadPool(4, daemons("traffic-client"));
    pacer = Executors.newSingleThreadScheduledExecutor(daemons("traffic-pacer"));
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .executor(clientThreads)
            .build();
    for (int number = 1; number <= plan.users(); number++) {
      idle.add(new Player(number, plan.ring(number), plan.services()));
    }
  }

  /** Starts the traffic, on daemon threads. */
  public static TrafficGenerator start(TrafficPlan plan) {
    TrafficGenerator generator = new TrafficGenerator(plan);
    generator.pacer.execute(generator::greet);
    var unused =
        generator.pacer.scheduleAtFixedRate(
            generator::makeDueCalls, 0, TICK_NANOS, TimeUnit.NANOSECONDS);
    return generator;
  }

  /** Returns how many calls were answered with a status from 200 to 299. */
  public long okCalls() {
    return okCalls.sum();
  }

  /** Returns how many calls were answered with another status, or not at all. */
  public long failedCalls() {
    return failedCalls.sum();
  }

  /**
   * Returns how many calls were left out, because every player was waiting for an answer or this
   * process got no time to run.
   */
  public long skippedCalls() {
    return skippedCalls.sum();
  }

  /** Starts no more calls and waits up to 5 seconds for the answers still to come. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    pacer.shutdown();
    try {
      boolean paused = pacer.awaitTermination(1, TimeUnit.SECONDS);
      long deadline = System.nanoTime() + LAST_CALLS.toNanos();
      while (paused
          && okCalls() + failedCalls() < startedCalls.sum()
          && System.nanoTime() < deadline) {
        Thread.sleep(5);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    clientThreads.shutdown();
  }

  /**
   * Makes one call to each service before the clock starts. The first call of a JVM loads hundreds
   * of classes on both sides; with the players behind it, all of them would soon be waiting.
   */
  private void greet() {
    for (URI service : plan.services()) {
      try {
        var unused = client.send(health(service), HttpResponse.BodyHandlers.discarding());
      } catch (IOException e) {
        // The players will count it as failed calls.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    startNanos = System.nanoTime();
  }

  private static HttpRequest health(URI service) {
    return HttpRequest.newBuilder(service.resolve("/health")).timeout(FIRST_CALL).build();
  }

  private void makeDueCalls() {
    long elapsed = System.nanoTime() - startNanos;
    long due = (long) (elapsed / 1e9 * plan.callsPerSecond());
    long late = due - callsDue - mostAtOnce();
    if (late > 0) {
      skippedCalls.add(late);
      callsDue += late;
    }
    for (; callsDue < due; callsDue++) {
      Player player = takeIdle();
      if (player == null) {
        skippedCalls.increment();
      } else {
        call(player);
      }
    }
  }

  /**
   * Takes any of the players who may call. Taken in their order they would play in step: at one
   * time all would declare, and all on one service.
   */
  private @Nullable Player takeIdle() {
    synchronized (idle) {
      if (idle.isEmpty()) {
        return null;
      }
      Collections.swap(idle, turn.nextInt(idle.size()), idle.size() - 1);
      return idle.remove(idle.size() - 1);
    }
  }

  /** Returns how many calls are due in a tenth of a second. */
  private long mostAtOnce() {
    return Math.max(1, plan.callsPerSecond() / 10);
  }

  private void call(Player player) {
    startedCalls.increment();
    var unused =
        client
            .sendAsync(player.nextCall(), HttpResponse.BodyHandlers.ofString())
            .whenComplete((response, failure) -> note(player, response));
  }

  private void note(Player player, @Nullable HttpResponse<String> response) {
    if (response != null && response.statusCode() / 100 == 2) {
      player.succeeded(response.body());
      okCalls.increment();
    } else {
      player.failed();
      failedCalls.increment();
    }
    synchronized (idle) {
      idle.add(player);
    }
  }

  private static ThreadFactory daemons(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * Plays for some time and prints the counters every 5 seconds: {@code --urls
   * http://localhost:8080,http://localhost:8081 --users 300 --rate 200 --seconds 60}.
   */
  public static void main(String[] args) throws InterruptedException {
    try {
      Arguments arguments = Arguments.parse(args, List.of("urls", "users", "rate", "seconds"));
      List<URI> services =
          Arrays.stream(arguments.text("urls", "http://127.0.0.1:8080").split(","))
              .map(URI::create)
              .toList();
      int users = arguments.number("users", TrafficPlan.DEFAULT_USERS, 1);
      int rate = arguments.number("rate", TrafficPlan.DEFAULT_CALLS_PER_SECOND, 1);
      play(new TrafficPlan(services, users, rate), arguments.number("seconds", 60, 1));
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
  }

  private static void play(TrafficPlan plan, int seconds) throws InterruptedException {
    TrafficGenerator generator = start(plan);
    try (generator) {
      for (int second = 1; second <= seconds; second++) {
        Thread.sleep(1_000);
        if (second % 5 == 0) {
          System.out.println(second + " s: " + generator);
        }
      }
    }
    System.out.println("done: " + generator);
  }

  @Override
  public String toString() {
    return "%d ok, %d failed, %d skipped".formatted(okCalls(), failedCalls(), skippedCalls());
  }
}
