package shop;

import dev.turnout.FlagKey;
import dev.turnout.Flagged;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Gated methods that give their virtual thread up in the middle, and count themselves. */
class Gated {
  private static final long PAUSE_NANOS = 100_000;

  /** Calls by flag, variant and outcome, as the agent's page names them. */
  final Map<String, AtomicLong> calls =
      Map.of(
          key("direct", "on", "success"), new AtomicLong(),
          key("direct", "off", "success"), new AtomicLong(),
          key("context", "on", "success"), new AtomicLong(),
          key("context", "off", "success"), new AtomicLong(),
          key("pool", "on", "success"), new AtomicLong(),
          key("pool", "off", "success"), new AtomicLong(),
          key("future", "on", "success"), new AtomicLong(),
          key("future", "off", "success"), new AtomicLong(),
          key("future", "on", "error"), new AtomicLong(),
          key("future", "off", "error"), new AtomicLong());

  private final ExecutorService executor;

  Gated(ExecutorService executor) {
    this.executor = executor;
  }

  private static String key(String flag, String variant, String outcome) {
    return "{flag=\"%s\",outcome=\"%s\",variant=\"%s\"}".formatted(flag, outcome, variant);
  }

  @Flagged(value = "direct", fallback = "directOld")
  String direct(@FlagKey String user) {
    return called("direct", "on");
  }

  String directOld(String user) {
    return called("direct", "off");
  }

  /** The user is whose context is open. */
  @Flagged(value = "context", fallback = "contextOld")
  String context() {
    return called("context", "on");
  }

  String contextOld() {
    return called("context", "off");
  }

  @Flagged(value = "pool", fallback = "poolOld")
  String pool(@FlagKey String user) {
    return called("pool", "on");
  }

  String poolOld(String user) {
    return called("pool", "off");
  }

  /** Starts a chain that ends when {@code start} has, with an error if that one says so. */
  @Flagged(value = "future", fallback = "futureOld")
  CompletableFuture<String> future(@FlagKey String user, CompletableFuture<Boolean> start) {
    return chain("on", start);
  }

  CompletableFuture<String> futureOld(String user, CompletableFuture<Boolean> start) {
    return chain("off", start);
  }

  private CompletableFuture<String> chain(String variant, CompletableFuture<Boolean> start) {
    return start
        .thenApplyAsync(
            good -> {
              LockSupport.parkNanos(PAUSE_NANOS);
              calls.get(key("future", variant, good ? "success" : "error")).incrementAndGet();
              if (!good) {
                throw new CompletionException(new IllegalStateException("late"));
              }
              return good;
            },
            executor)
        .thenCompose(
            good ->
                CompletableFuture.supplyAsync(
                    () -> variant.equals("on") ? "new" : "old", executor));
  }

  private String called(String flag, String variant) {
    if (Thread.currentThread().isVirtual()) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    calls.get(key(flag, variant, "success")).incrementAndGet();
    return variant.equals("on") ? "new" : "old";
  }
}
