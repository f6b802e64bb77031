package dev.turnout.agent;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import reactor.core.publisher.Flux;

/** Methods that measuring calls itself, and what cannot be replaced. */
public final class SubjectsThatFollow {
  /** A future whose own methods are observed. */
  public static final class Observed extends CompletableFuture<String> {
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
      return new CompletableFuture<>();
    }

    @Override
    public CompletableFuture<String> whenComplete(
        BiConsumer<? super String, ? super Throwable> to) {
      return super.whenComplete(to);
    }
  }

  private SubjectsThatFollow() {}

  static String future() {
    Observed future = new Observed();
    CompletionStage<String> next = future.thenApply(text -> text + "!");
    future.complete("done");
    return next.toCompletableFuture().join();
  }

  static Flux<String> hot() {
    return Flux.just("a").publish();
  }
}
