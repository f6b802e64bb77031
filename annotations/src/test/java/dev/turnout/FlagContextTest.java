package dev.turnout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Contexts, and the scopes of one thread. */
class FlagContextTest {
  @AfterEach
  void noContextLeft() {
    assertThat(FlagContext.current()).isNull();
  }

  @Test
  void current_withoutScope() {
    assertThat(FlagContext.current()).isNull();
  }

  @Test
  void open_nested() {
    FlagContext outer = FlagContext.user("ann").build();
    FlagContext inner = FlagContext.user("bob").build();
    try (FlagContext.Scope first = outer.open()) {
      try (FlagContext.Scope second = inner.open()) {
        assertThat(FlagContext.current()).isSameAs(inner);
      }
      assertThat(FlagContext.current()).isSameAs(outer);
    }
  }

  @Test
  void open_sameTwice() {
    FlagContext context = FlagContext.user("ann").build();
    try (FlagContext.Scope first = context.open()) {
      try (FlagContext.Scope second = context.open()) {
        assertThat(FlagContext.current()).isSameAs(context);
      }
      assertThat(FlagContext.current()).isSameAs(context);
    }
  }

  @Test
  void open_bodyThrows() {
    assertThatThrownBy(
            () -> {
              try (FlagContext.Scope scope = FlagContext.user("ann").open()) {
                throw new IllegalStateException();
              }
            })
        .isInstanceOf(IllegalStateException.class);
    assertThat(FlagContext.current()).isNull();
  }

  @Test
  void open_otherThread() throws Exception {
    try (FlagContext.Scope scope = FlagContext.user("ann").open()) {
      AtomicReference<FlagContext> seen = new AtomicReference<>(FlagContext.current());
      onOtherThread(() -> seen.set(FlagContext.current()));
      assertThat(seen).hasNullValue();
    }
  }

  @Test
  void attributes_all() {
    FlagContext context =
        FlagContext.user("ann")
            .tenant("acme")
            .session("s1")
            .ring("beta")
            .set("plan", "pro")
            .build();
    assertThat(context.attributes())
        .isEqualTo(
            Map.of(
                "user", "ann", "tenant", "acme", "session", "s1", "ring", "beta", "plan", "pro"));
  }

  @Test
  void attributes_null() {
    assertThat(FlagContext.user(null).tenant(null).build().attributes()).isEmpty();
  }

  @Test
  void attributes_nullRemoves() {
    assertThat(
            FlagContext.user("ann").ring("beta").set(FlagContext.USER, null).build().attributes())
        .isEqualTo(Map.of("ring", "beta"));
  }

  @Test
  void attributes_unmodifiable() {
    Map<String, String> attributes = FlagContext.user("ann").build().attributes();
    assertThatThrownBy(() -> attributes.put("user", "bob"))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void build_thenSet() {
    FlagContext.Builder builder = FlagContext.user("ann");
    FlagContext context = builder.build();
    builder.ring("beta");
    assertThat(context.attributes()).isEqualTo(Map.of("user", "ann"));
  }

  /** Runs a task to its end on a thread of its own. */
  static void onOtherThread(Runnable task) throws InterruptedException {
    Thread thread = new Thread(task);
    thread.start();
    thread.join(TimeUnit.SECONDS.toMillis(10));
    assertThat(thread.isAlive()).isFalse();
  }

  @Test
  void scope_closedTwice_leavesALaterOneOpen() {
    FlagContext.Scope first = FlagContext.user("first").open();
    first.close();
    try (FlagContext.Scope second = FlagContext.user("second").open()) {
      first.close();
      assertThat(FlagContext.current().attributes()).containsEntry(FlagContext.USER, "second");
    }
    assertThat(FlagContext.current()).isNull();
  }

  @Test
  void scopes_closedOutOfOrder_endWithTheInnermostThatIsOpen() {
    FlagContext.Scope outer = FlagContext.user("outer").open();
    FlagContext.Scope inner = FlagContext.user("inner").open();
    outer.close();
    assertThat(FlagContext.current().attributes()).containsEntry(FlagContext.USER, "inner");
    inner.close();
    assertThat(FlagContext.current()).isNull();
  }

  @Test
  void scope_closedOnAnotherThread_isInForceNoMore() throws InterruptedException {
    FlagContext.Scope scope = FlagContext.user("u").open();
    onOtherThread(scope::close);
    assertThat(user()).isNull();
    scope.close();
    try (FlagContext.Scope outer = FlagContext.user("outer").open()) {
      FlagContext.Scope inner = FlagContext.user("inner").open();
      onOtherThread(inner::close);
      assertThat(user()).isEqualTo("outer");
      FlagContext.Scope next = FlagContext.user("next").open();
      assertThat(user()).isEqualTo("next");
      next.close();
      assertThat(user()).isEqualTo("outer");
    }
    assertThat(user()).isNull();
  }

  @Test
  void scope_closedOnAnotherThread_leavesWhatIsOpenThere() throws InterruptedException {
    FlagContext.Scope here = FlagContext.user("here").open();
    AtomicReference<@Nullable String> seen = new AtomicReference<>();
    onOtherThread(
        () -> {
          try (FlagContext.Scope there = FlagContext.user("there").open()) {
            here.close();
            seen.set(user());
          }
        });
    assertThat(seen).hasValue("there");
  }

  @Test
  void outerScope_closedOnAnotherThread_isNotReturnedTo() throws InterruptedException {
    FlagContext.Scope outer = FlagContext.user("outer").open();
    FlagContext.Scope inner = FlagContext.user("inner").open();
    onOtherThread(outer::close);
    assertThat(user()).isEqualTo("inner");
    inner.close();
    assertThat(user()).isNull();
  }

  // As on an event loop, where the next request begins before the one before has ended elsewhere.
  @Test
  void scopesClosedElsewhereForGood_doNotHoldOnToEachOther() throws Exception {
    List<WeakReference<FlagContext>> contexts = new ArrayList<>();
    FlagContext.Scope last = null;
    for (int i = 0; i < 100; i++) {
      FlagContext.Scope before = last;
      FlagContext context = FlagContext.user("u" + i).build();
      contexts.add(new WeakReference<>(context));
      last = context.open();
      if (before != null) {
        onOtherThread(before::close);
      }
    }
    for (int i = 0; i < 100 && alive(contexts) > 2; i++) {
      System.gc();
      Thread.sleep(10);
    }
    // The one that is open, and the one that was closed since.
    assertThat(alive(contexts)).isLessThanOrEqualTo(2);
    assertThat(user()).isEqualTo("u99");
    last.close();
  }

  private static long alive(List<WeakReference<FlagContext>> contexts) {
    return contexts.stream().filter(context -> context.get() != null).count();
  }

  /** The user that code here is running for. */
  static @Nullable String user() {
    FlagContext open = FlagContext.current();
    return open == null ? null : open.attributes().get(FlagContext.USER);
  }

  @Test
  void baggage_survivesAHop() {
    FlagContext context = FlagContext.user("ann+b, c=d;é").ring("beta").set("a b", "c").build();
    String header = context.toBaggage();
    assertThat(header).isEqualTo("turnout.user=ann%2Bb%2C%20c%3Dd%3B%C3%A9,turnout.ring=beta");
    assertThat(FlagContext.baggage("other=1," + header + ";p=1").build().attributes())
        .isEqualTo(Map.of("ring", "beta", "user", "ann+b, c=d;é"));
  }

  @Test
  void baggage_whatCannotBeRead_isLeftOut() {
    assertThat(FlagContext.baggage(null).build().attributes()).isEmpty();
    assertThat(FlagContext.baggage("turnout.user=%zz,turnout.=x,turnout,=,turnout.a=1+1").build())
        .hasToString("FlagContext{a=1+1}");
    assertThat(FlagContext.baggage("turnout.a=" + "x".repeat(9_000)).build().attributes())
        .isEmpty();
  }

  @Test
  void baggage_tooLong_losesWhatDoesNotFit_andTheCallerLast() {
    FlagContext.Builder builder = FlagContext.user("ann");
    for (int i = 0; i < 100; i++) {
      builder.set("a" + i, "x".repeat(90));
    }
    String header = builder.build().toBaggage();
    assertThat(header).startsWith("turnout.user=ann,").hasSizeBetween(8_000, 8_192);
    assertThat(FlagContext.baggage(header).build().attributes())
        .containsEntry("user", "ann")
        .hasSizeBetween(75, 85);
    assertThat(FlagContext.baggage(header + ",other=" + "x".repeat(9_000)).build().attributes())
        .containsEntry("user", "ann");
  }

  @Test
  void attributeWithoutAName_isNamed() {
    assertThatThrownBy(() -> FlagContext.builder().set(null, "x"))
        .hasMessage("the name of an attribute is null");
  }

  // A pool thread may do nothing else for months.
  @Test
  void scope_closedOnAnotherThread_isNotHeldByTheFirst() throws Exception {
    ExecutorService first = Executors.newSingleThreadExecutor();
    try {
      FlagContext.Scope scope = first.submit(() -> FlagContext.user("u").open()).get();
      WeakReference<Object> held = new WeakReference<>(scope);
      scope.close();
      scope = null;
      for (int i = 0; i < 100 && held.get() != null; i++) {
        System.gc();
        Thread.sleep(20);
      }
      assertThat(held.get()).isNull();
    } finally {
      first.shutdown();
    }
  }

  // Each frame tries it, on the way up from the end of the stack.
  @Test
  void task_thatFindsNoRoomOnTheStack_leavesNoContextOpen() throws Exception {
    FlagContext context = FlagContext.user("u").build();
    try (FlagContext.Scope scope = context.open()) {
      Runnable task = context.wrap(() -> {});
      List<@Nullable FlagContext> left = new ArrayList<>();
      Thread thread =
          new Thread(
              null,
              () -> {
                try {
                  dive(task);
                } catch (StackOverflowError e) {
                  left.add(FlagContext.current());
                }
              },
              "diver",
              1 << 18);
      thread.start();
      thread.join();
      assertThat(left).containsExactly((FlagContext) null);
    }
  }

  @SuppressWarnings("InfiniteRecursion") // which is the point
  private static void dive(Runnable task) {
    try {
      dive(task);
    } catch (StackOverflowError e) {
      task.run();
      throw e;
    }
  }
}
