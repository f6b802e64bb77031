package dev.turnout.agent;

import dev.turnout.Fallback;
import dev.turnout.FlagKey;
import dev.turnout.Flagged;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Methods of many shapes, gated by one flag. */
@SuppressWarnings({"UnusedMethod", "UnusedVariable"}) // called by the gates only
public class Subjects extends SubjectsBase {
  /** What ran last, for methods that return nothing. */
  public String last = "";

  record Customer(String id) {}

  @Flagged(value = "f", fallback = "oldText")
  String text(@FlagKey String key, int number) {
    return "new " + key + number;
  }

  private String oldText(String key, int number) {
    return "old " + key + number;
  }

  @Flagged("f")
  static long number(@FlagKey long key, double unused) {
    return key;
  }

  static long numberFallback(long key, double unused) {
    return -key;
  }

  @Flagged("f")
  double real(@FlagKey float key) {
    return key;
  }

  double realFallback(float key) {
    return -key;
  }

  @Flagged("f")
  final boolean flag(@FlagKey boolean key) {
    return key;
  }

  final boolean flagFallback(boolean key) {
    return !key;
  }

  @Flagged("f")
  int[] sum(@FlagKey String key, int... numbers) {
    return numbers;
  }

  private int[] sumFallback(String key, int... numbers) {
    return new int[] {-numbers[0], -numbers[1]};
  }

  @Flagged("f")
  synchronized String locked(@FlagKey String key) {
    return "new locked " + Thread.holdsLock(this);
  }

  String lockedFallback(String key) {
    return "old locked " + Thread.holdsLock(this);
  }

  @Flagged("f")
  <T extends CharSequence> Object generic(@FlagKey T key) {
    return "new " + key;
  }

  <T extends CharSequence> Object genericFallback(T key) {
    return "old " + key;
  }

  @Flagged("f")
  void nothing(@FlagKey String key) {
    last = "new nothing";
  }

  void nothingFallback(String key) {
    last = "old nothing";
  }

  @Flagged("f")
  int factorial(@FlagKey String key, int n) {
    return n <= 1 ? 1 : n * factorial(key, n - 1);
  }

  int factorialFallback(String key, int n) {
    return -1;
  }

  @Flagged("f")
  void failing(@FlagKey String key, Throwable failure) throws Throwable {
    throw failure;
  }

  void failingFallback(String key, Throwable failure) throws Throwable {
    throw failure;
  }

  @Flagged(value = "f", onError = Flagged.OnError.FALLBACK)
  String recovering(@FlagKey String key) {
    key = "reassigned";
    throw new IllegalStateException("boom");
  }

  String recoveringFallback(String key, Throwable failure) {
    return "recovered " + key + " after " + (failure == null ? null : failure.getMessage());
  }

  @Flagged(value = "f", onError = Flagged.OnError.FALLBACK)
  String recoveringFrom(@FlagKey String key, Throwable failure) throws Throwable {
    throw failure;
  }

  String recoveringFromFallback(String key, Throwable failure) {
    return "recovered";
  }

  @Flagged("f")
  String byPath(@FlagKey("id") Customer customer) {
    return "new";
  }

  String byPathFallback(Customer customer) {
    return "old";
  }

  @Flagged("f")
  String ambient() {
    return "new";
  }

  String ambientFallback() {
    return "old";
  }

  @Flagged(value = "f", ignore = IllegalArgumentException.class)
  String answering(@FlagKey String key) {
    throw new NumberFormatException("an answer");
  }

  @Fallback("unused")
  String answeringFallback(String key) {
    throw new NumberFormatException("the same answer");
  }

  @Flagged("g")
  String inherited(@FlagKey String key) {
    return "new " + key;
  }

  @Flagged("f")
  CompletableFuture<String> later(@FlagKey String key, CompletableFuture<String> given) {
    return given;
  }

  CompletableFuture<String> laterFallback(String key, CompletableFuture<String> given) {
    return CompletableFuture.completedFuture("old");
  }

  @Flagged("f")
  CompletionStage<String> stage(@FlagKey String key, CompletionStage<String> given) {
    return given;
  }

  CompletionStage<String> stageFallback(String key, CompletionStage<String> given) {
    return given;
  }

  @Flagged(value = "f", onError = Flagged.OnError.FALLBACK)
  CompletionStage<String> laterOrElse(@FlagKey String key) {
    throw new IllegalStateException("before anything was returned");
  }

  CompletionStage<String> laterOrElseFallback(String key) {
    return CompletableFuture.completedFuture("recovered");
  }

  @Flagged("f")
  Mono<String> mono(@FlagKey String key, boolean fails) {
    return Mono.fromCallable(
        () -> {
          if (fails) {
            throw new IllegalStateException("later");
          }
          return "new";
        });
  }

  Mono<String> monoFallback(String key, boolean fails) {
    return Mono.just("old");
  }

  @Flagged("f")
  Mono<?> givenMono(@FlagKey String key, Mono<?> given) {
    return given;
  }

  Mono<?> givenMonoFallback(String key, Mono<?> given) {
    return given;
  }

  @Flagged("f")
  Flux<?> givenFlux(@FlagKey String key, Flux<?> given) {
    return given;
  }

  Flux<?> givenFluxFallback(String key, Flux<?> given) {
    return given;
  }

  @Flagged("f")
  Flux<Integer> flux(@FlagKey String key) {
    return Flux.range(0, 3);
  }

  Flux<Integer> fluxFallback(String key) {
    return Flux.just(-1);
  }
}
