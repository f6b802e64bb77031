package dev.turnout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.context.ContextSnapshotFactory;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What goes along with work that is handed over to other threads, and for how long. */
class HandedOverContextTest {
  @AfterEach
  void noContextLeft() {
    assertThat(FlagContext.current()).isNull();
  }

  @Test
  void wrapRunnable_otherThread() throws Exception {
    FlagContext context = FlagContext.user("ann").build();
    AtomicReference<FlagContext> seen = new AtomicReference<>();
    FlagContextTest.onOtherThread(context.wrap(() -> seen.set(FlagContext.current())));
    assertThat(seen).hasValue(context);
  }

  @Test
  void wrapCallable_otherThread() throws Exception {
    FlagContext context = FlagContext.user("ann").build();
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try {
      assertThat(executor.submit(context.wrap(FlagContext::current)).get(10, TimeUnit.SECONDS))
          .isSameAs(context);
      assertThat(executor.submit(FlagContext::current).get(10, TimeUnit.SECONDS)).isNull();
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void wrap_insideScope() {
    FlagContext wrapped = FlagContext.user("ann").build();
    AtomicReference<FlagContext> seen = new AtomicReference<>();
    try (FlagContext.Scope scope = FlagContext.user("bob").open()) {
      FlagContext around = FlagContext.current();
      wrapped.wrap(() -> seen.set(FlagContext.current())).run();
      assertThat(FlagContext.current()).isSameAs(around);
    }
    assertThat(seen).hasValue(wrapped);
  }

  @Test
  void wrapCallable_throws() {
    Exception failure = new Exception();
    assertThatThrownBy(
            () ->
                FlagContext.user("ann")
                    .build()
                    .wrap(
                        (Callable<String>)
                            () -> {
                              throw failure;
                            })
                    .call())
        .isSameAs(failure);
    assertThat(FlagContext.current()).isNull();
  }

  @Test
  void propagating_runsTasksInTheContextOfWhereTheyAreHandedOver() throws Exception {
    ExecutorService pool = FlagContext.propagating(Executors.newSingleThreadExecutor());
    try {
      Callable<@Nullable String> task = FlagContextTest::user;
      try (FlagContext.Scope scope = FlagContext.user("u").open()) {
        assertThat(pool.submit(task).get()).isEqualTo("u");
        assertThat(pool.invokeAll(List.of(task)).get(0).get()).isEqualTo("u");
        assertThat(pool.invokeAny(List.of(task))).isEqualTo("u");
      }
      assertThat(pool.submit(task).get()).isNull();
    } finally {
      pool.shutdown();
    }
    AtomicReference<@Nullable String> seen = new AtomicReference<>();
    List<Runnable> later = new ArrayList<>();
    try (FlagContext.Scope scope = FlagContext.user("v").open()) {
      FlagContext.propagating((Executor) later::add)
          .execute(() -> seen.set(FlagContextTest.user()));
    }
    later.get(0).run();
    assertThat(seen.get()).isEqualTo("v");
  }

  @Test
  void propagating_closesTheExecutorAsItselfDoes() throws Exception {
    AtomicBoolean closed = new AtomicBoolean();
    class Closing extends ThreadPoolExecutor implements AutoCloseable {
      Closing() {
        super(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
      }

      @Override
      public void close() {
        closed.set(true);
        shutdown();
      }
    }
    ExecutorService pool = FlagContext.propagating((ExecutorService) new Closing());
    // As Java 19 and later find it.
    Method close = pool.getClass().getDeclaredMethod("close");
    close.setAccessible(true);
    close.invoke(pool);
    assertThat(closed).isTrue();
  }

  @Test
  void contextPropagationsFirstReleases_haveNoDefaultOfReset() throws Exception {
    assertThat(FlagContextAccessor.class.getDeclaredMethod("reset")).isNotNull();
    FlagContext.Scope scope = FlagContext.user("u").open();
    new FlagContextAccessor().reset();
    assertThat(FlagContextTest.user()).isNull();
    scope.close();
  }

  @Test
  void wrap_nothing_isRefusedAtOnce() {
    FlagContext context = FlagContext.user("u").build();
    assertThatThrownBy(() -> context.wrap((Runnable) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("task");
  }

  @Test
  void contextThatGoesFromThreadToThreadForGood_keepsNothingOfItsWay() {
    FlagContext context = FlagContext.user("u").build();
    try (FlagContext.Scope scope = context.open()) {
      for (int i = 0; i < 100_000; i++) {
        FlagContext.adopt(FlagContext.scope());
      }
      AtomicReference<@Nullable String> seen = new AtomicReference<>();
      Runnable look = () -> seen.set(FlagContextTest.user());
      Runnable kept = context.wrap(look);
      kept.run();
      kept.run();
      assertThat(seen.get()).isEqualTo("u");
    } finally {
      FlagContext.restore(null);
    }
  }

  @Test
  void adoptedAfterAMinute_goesByOtherPins_sharedForAMinute() throws Exception {
    FlagContext.Scope scope = FlagContext.user("u").open();
    Object own = pins();
    try {
      assertThat(adoptedAfter(120, scope)).as("of a scope that is open").isSameAs(own);
      scope.close();
      assertThat(adoptedAfter(50, scope)).as("finishing").isSameAs(own);
      Object later = adoptedAfter(70, scope);
      assertThat(later).isNotSameAs(own);
      assertThat(adoptedAfter(120, scope)).as("of one that came as late").isSameAs(later);
      assertThat(adoptedAfter(120, FlagContext.scope())).as("handed on").isSameAs(later);
      Object last = adoptedAfter(140, scope);
      assertThat(last).isNotSameAs(later);
      assertThat(adoptedAfter(140, FlagContext.scope())).isSameAs(last);
    } finally {
      FlagContext.restore(null);
    }
  }

  @Test
  void adoptedWithoutAScope_sharesItsPinsForAMinute() throws Exception {
    FlagContext context = FlagContext.user("u").build();
    try {
      Object own = adoptedAfter(0, context);
      assertThat(adoptedAfter(50, context)).isSameAs(own);
      assertThat(adoptedAfter(50, FlagContext.scope())).as("handed on").isSameAs(own);
      assertThat(adoptedAfter(50, FlagContext.user("u").build())).isNotSameAs(own);
      assertThat(adoptedAfter(70, context)).isNotSameAs(own);
    } finally {
      FlagContext.restore(null);
    }
  }

  @Test
  void adopted_whatIsNoContext_isNamed() {
    FlagContext.Builder builder = FlagContext.user("u");
    assertThatThrownBy(() -> new FlagContextAccessor().setValue(builder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "what is carried under dev.turnout.FlagContext is a dev.turnout.FlagContext$Builder, not a"
                + " FlagContext: FlagContext.user(...).build() makes one");
  }

  private static Object adoptedAfter(long seconds, Object value) throws Exception {
    FlagContext.adopt(value, System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds));
    assertThat(FlagContextTest.user()).isEqualTo("u");
    return pins();
  }

  // As the agent reads them.
  private static Object pins() throws Exception {
    Field current = OpenScope.class.getDeclaredField("CURRENT");
    current.setAccessible(true);
    return ((Object[]) ((ThreadLocal<?>) current.get(null)).get())[1];
  }

  @Test
  void taskThatHandsItselfOverForGood_goesByOtherPinsAMinuteAfterItsScope() throws Exception {
    List<Object> seen = new ArrayList<>();
    Deque<Runnable> pool = new ArrayDeque<>();
    long start = System.nanoTime();
    class Poll implements Runnable {
      @Override
      public void run() {
        try {
          seen.add(pins());
        } catch (Exception e) {
          throw new AssertionError(e);
        }
        long now = start + TimeUnit.SECONDS.toNanos(25L * seen.size());
        pool.add(FlagContext.current().wrap(this, now));
      }
    }
    Poll poll = new Poll();
    try (FlagContext.Scope scope = FlagContext.user("u").open()) {
      poll.run();
    }
    for (int i = 0; i < 9; i++) {
      pool.remove().run();
    }
    // Handed over in the scope, after 25 and 50 s; after 75, 100 and 125 s; and so on.
    assertThat(seen.get(1)).isSameAs(seen.get(0));
    assertThat(seen.get(2)).isSameAs(seen.get(0));
    assertThat(seen.get(3)).isNotSameAs(seen.get(0));
    assertThat(seen.get(5)).isSameAs(seen.get(3));
    assertThat(seen.get(6)).isNotSameAs(seen.get(3));
  }

  @Test
  void taskThatOutlivesItsScope_handsItsPinsOverForAsLongAsItRuns() throws Exception {
    FlagContext context = FlagContext.user("u").build();
    List<Object> seen = new ArrayList<>();
    Deque<Runnable> later = new ArrayDeque<>();
    Runnable task;
    Object own;
    try (FlagContext.Scope scope = context.open()) {
      own = pins();
      Runnable look = () -> seen.add(handedOverAfter(120));
      Runnable shorter = context.wrap(look);
      task =
          context.wrap(
              () -> {
                shorter.run();
                look.run();
                later.add(FlagContext.current().wrap(look));
              });
    }
    task.run();
    // Pins without decisions are equal.
    assertThat(seen.get(0)).as("from one that ended sooner").isSameAs(own);
    assertThat(seen.get(1)).as("while it ran").isSameAs(own);
    later.remove().run();
    assertThat(seen.get(2)).as("from one that was wrapped later").isNotSameAs(own);
  }

  @Test
  void callThatIsRepeatedInItsScope_andOutlivesIt_handsItsPinsOver() throws Exception {
    FlagContext context = FlagContext.user("u").build();
    FlagContext.Scope scope = context.open();
    Object own = pins();
    AtomicBoolean repeated = new AtomicBoolean();
    Callable<Object> call =
        context.wrap(
            () -> {
              if (repeated.getAndSet(true)) {
                scope.close();
              }
              return handedOverAfter(120);
            });
    assertThat(call.call()).isSameAs(own);
    assertThat(call.call()).as("closed meanwhile").isSameAs(own);
    assertThat(call.call()).as("begun after that").isNotSameAs(own);
  }

  @Test
  void taskThatNeverRuns_holdsNoPins() throws Exception {
    FlagContext context = FlagContext.user("u").build();
    FlagContext.Scope scope = context.open();
    Object own = pins();
    Runnable dropped = context.wrap(() -> {});
    scope.close();
    try {
      assertThat(adoptedAfter(120, scope)).isNotSameAs(own);
    } finally {
      FlagContext.restore(null);
    }
    dropped.run();
  }

  @Test
  void pins_holdForAMinuteAfterTheLastRunThatHeldThem() {
    Pins pins = new Pins();
    pins.retain();
    pins.retain();
    pins.end(0);
    pins.release(TimeUnit.SECONDS.toNanos(100));
    assertThat(pins.hold(TimeUnit.SECONDS.toNanos(300))).as("one runs still").isTrue();
    pins.release(TimeUnit.SECONDS.toNanos(300));
    assertThat(pins.hold(TimeUnit.SECONDS.toNanos(359))).isTrue();
    assertThat(pins.hold(TimeUnit.SECONDS.toNanos(360))).isFalse();
  }

  // What a task goes by that is handed over here so many seconds from now.
  private static Object handedOverAfter(long seconds) {
    AtomicReference<Object> seen = new AtomicReference<>();
    Runnable task =
        () -> {
          try {
            seen.set(pins());
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        };
    long then = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    FlagContext.current().wrap(task, then).run();
    return seen.get();
  }

  @Test
  void micrometersContextPropagation_carriesTheContext() throws Exception {
    ContextSnapshotFactory factory = ContextSnapshotFactory.builder().build();
    AtomicReference<@Nullable String> seen = new AtomicReference<>();
    Runnable task;
    try (FlagContext.Scope scope = FlagContext.user("u").open()) {
      task =
          factory
              .captureAll()
              .wrap(
                  () -> {
                    FlagContext.user("nested").open().close();
                    seen.set(FlagContextTest.user());
                  });
    }
    Thread thread = new Thread(task);
    thread.start();
    thread.join();
    assertThat(seen.get()).isEqualTo("u");
    try (FlagContext.Scope scope = FlagContext.user("v").open()) {
      task.run();
      assertThat(seen.get()).isEqualTo("u");
      assertThat(FlagContextTest.user()).isEqualTo("v");
    }
  }
}
