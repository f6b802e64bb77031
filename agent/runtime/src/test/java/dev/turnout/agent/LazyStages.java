package dev.turnout.agent;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.BiConsumer;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;

/** Futures whose work begins when somebody asks to be told of its end, as Helidon's do. */
final class LazyStages {
  private LazyStages() {}

  /** One that says whether its work has begun. */
  abstract static class LazyStage extends CompletableFuture<String> {
    boolean begun;

    @Override
    public CompletableFuture<String> whenComplete(
        BiConsumer<? super String, ? super Throwable> to) {
      begun = true;
      return super.whenComplete(to);
    }
  }

  private interface Single extends Flow.Publisher<String> {}

  /** A publisher by what an interface of its superclass extends. */
  static class OfTheJdk extends LazyStage implements Single {
    @Override
    public void subscribe(Flow.Subscriber<? super String> subscriber) {
      begun = true;
    }
  }

  /** A publisher by its superclass. */
  static final class Inherited extends OfTheJdk {}

  /** A publisher of the library that was there before the JDK's. */
  static final class OfReactiveStreams extends LazyStage implements Publisher<String> {
    @Override
    public void subscribe(Subscriber<? super String> subscriber) {
      begun = true;
    }
  }

  /** No publisher. */
  static final class Eager extends LazyStage {}
}
