package dev.turnout.agent.host;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.agent.judge.TripBook;
import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.agent.route.Gates;
import dev.turnout.agent.route.NoTroubles;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostLibrariesTest {
  @TempDir Path directory;

  /** Answers the agent when it is let to. */
  private static final class BusyApplication extends Application {
    final CountDownLatch asked = new CountDownLatch(1);
    final CountDownLatch free = new CountDownLatch(1);

    BusyApplication() throws MalformedURLException {}

    @Override
    public Class<?> loadClass(String name) throws ClassNotFoundException {
      if (Thread.currentThread().getName().startsWith("turnout-")) {
        asked.countDown();
        try {
          free.await();
        } catch (InterruptedException e) {
          throw new ClassNotFoundException(name, e);
        }
      }
      return super.loadClass(name);
    }
  }

  private HostLibraries libraries() {
    Recorders recorders = new Recorders(Measure.SAMPLED);
    return new HostLibraries(
        ByteBuddyAgent.install(),
        new HostMeters(recorders, new TripBook(directory.toFile(), Runnable::run)),
        new Gates(recorders, type -> {}, new NoTroubles()));
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("turnout-host"))
        .count();
  }

  // Who looks also watches the limits and reads the file with the kills.
  @Test
  void look_doesNotWaitForTheApplication() throws Exception {
    HostLibraries libraries = libraries();
    BusyApplication application = new BusyApplication();
    Object registry = application.addRegistry();
    CompletableFuture<Void> looks =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 5; i++) {
                libraries.look();
              }
            });
    assertThat(application.asked.await(10, SECONDS)).isTrue();
    try {
      assertThat(looks).succeedsWithin(10, SECONDS);
      assertThat(threads()).isEqualTo(1);
    } finally {
      application.free.countDown();
    }
    await()
        .untilAsserted(
            () ->
                assertThat(application.meters(registry))
                    .anyMatch(meter -> meter.contains("turnout.trips")));
  }

  @Test
  void applicationThatIsGone_isNotHeld() throws Exception {
    HostLibraries libraries = libraries();
    WeakReference<ClassLoader> gone = served(libraries);
    await()
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(gone.get()).isNull();
            });
  }

  private static WeakReference<ClassLoader> served(HostLibraries libraries) throws Exception {
    Application application = new Application();
    Object registry = application.addRegistry();
    libraries.look();
    libraries.look();
    await().until(() -> !application.meters(registry).isEmpty());
    return new WeakReference<>(application);
  }
}
