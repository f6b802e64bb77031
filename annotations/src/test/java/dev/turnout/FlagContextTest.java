package dev.turnout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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
  void wrapRunnable_otherThread() throws Exception {
    FlagContext context = FlagContext.user("ann").build();
    AtomicReference<FlagContext> seen = new AtomicReference<>();
    onOtherThread(context.wrap(() -> seen.set(FlagContext.current())));
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

  private static void onOtherThread(Runnable task) throws InterruptedException {
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
  void scope_closedOnAnotherThread_changesNothing() throws InterruptedException {
    try (FlagContext.Scope scope = FlagContext.user("u").open()) {
      Thread other = new Thread(scope::close);
      other.start();
      other.join();
      assertThat(FlagContext.current().attributes()).containsEntry(FlagContext.USER, "u");
    }
    assertThat(FlagContext.current()).isNull();
  }
}
