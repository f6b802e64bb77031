package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.lang.reflect.Method;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class AgentThreadTest {
  private final CountDownLatch end = new CountDownLatch(1);
  private final AtomicReference<Thread> started = new AtomicReference<>();

  /** Application code that happens to be on the stack. */
  public static final class Bystander {
    private Bystander() {}

    /** Runs the task. */
    public static void run(Runnable task) {
      task.run();
    }
  }

  private static final class ApplicationLoader extends ClassLoader {
    Class<?> bystander() throws IOException {
      String file = Bystander.class.getName().replace('.', '/') + ".class";
      try (InputStream in = AgentThreadTest.class.getClassLoader().getResourceAsStream(file)) {
        byte[] bytes = in.readAllBytes();
        return defineClass(Bystander.class.getName(), bytes, 0, bytes.length);
      }
    }
  }

  private void start() {
    started.set(AgentThread.start("turnout-test", this::awaitEnd));
  }

  private void awaitEnd() {
    try {
      end.await();
    } catch (InterruptedException e) {
      end.countDown();
    }
  }

  private WeakReference<ClassLoader> startFromAnApplication() throws Exception {
    ApplicationLoader loader = new ApplicationLoader();
    Method run = loader.bystander().getMethod("run", Runnable.class);
    Runnable task = this::start;
    run.invoke(null, task);
    return new WeakReference<>(loader);
  }

  @Test
  void thread_keepsNoLoaderOfWhoWasOnTheStack() throws Exception {
    WeakReference<ClassLoader> loader = startFromAnApplication();
    try {
      await()
          .untilAsserted(
              () -> {
                System.gc();
                assertThat(loader.get()).isNull();
              });
      assertThat(started.get().isAlive()).isTrue();
    } finally {
      end.countDown();
    }
  }

  // Some applications send one to all threads that they see.
  @Test
  void interrupt_endsNoRepetition() throws Exception {
    AtomicBoolean goesOn = new AtomicBoolean(true);
    AtomicInteger rounds = new AtomicInteger();
    Thread repeating =
        AgentThread.start(
            "turnout-test",
            () ->
                AgentThread.repeat(
                    "testing",
                    goesOn::get,
                    () -> {
                      rounds.incrementAndGet();
                      Thread.sleep(60_000);
                    }));
    for (int i = 1; i <= 3; i++) {
      int round = i;
      await().until(() -> rounds.get() == round);
      repeating.interrupt();
    }
    await().until(() -> rounds.get() == 4);
    goesOn.set(false);
    repeating.interrupt();
    repeating.join(10_000);
    assertThat(repeating.isAlive()).isFalse();
  }

  @Test
  void thread_belongsToNoGroupOfTheApplications() throws Exception {
    ThreadGroup group = new ThreadGroup("application");
    Thread thread = new Thread(group, this::start);
    thread.start();
    thread.join();
    try {
      assertThat(group.activeCount()).isZero();
      assertThat(started.get().getThreadGroup().getParent()).isNull();
    } finally {
      end.countDown();
    }
  }
}
