package dev.turnout.agent.host;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.agent.Overrides;
import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.agent.route.Gates;
import dev.turnout.agent.route.NoTroubles;
import dev.turnout.agent.route.Rulebook;
import dev.turnout.agent.weave.GateRules;
import dev.turnout.agent.weave.GateTransformer;
import dev.turnout.flags.Host;
import java.lang.instrument.Instrumentation;
import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.net.MalformedURLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HostLibrariesTest {
  private final Sightings sightings = new Sightings();

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
    return libraries(ByteBuddyAgent.install());
  }

  private HostLibraries libraries(Instrumentation instrumentation) {
    Recorders recorders = new Recorders(Measure.SAMPLED);
    return new HostLibraries(
        instrumentation,
        sightings,
        new HostMeters(
            recorders, new Rulebook(Host.UNKNOWN, all -> {}, Overrides.NONE), System::nanoTime),
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

  // A look at all classes marks the loaders of those that are of no use any more.
  @Test
  void applicationThatComesLater_isServed_withoutAnotherLookAtAllClasses() throws Exception {
    AtomicInteger looksAtAll = new AtomicInteger();
    Instrumentation counting = counting(ByteBuddyAgent.install(), looksAtAll);
    HostLibraries libraries = libraries(counting);
    libraries.look();
    libraries.look();
    GateTransformer transformer =
        new GateTransformer(counting, GateRules.NONE, new Coming(sightings));
    counting.addTransformer(transformer);
    try {
      Application application = new Application();
      Object registry = application.addRegistry();
      awaitServed(libraries, application, registry);
      assertThat(looksAtAll).hasValue(1);
    } finally {
      counting.removeTransformer(transformer);
    }
  }

  private static void awaitServed(
      HostLibraries libraries, Application application, Object registry) {
    await()
        .until(
            () -> {
              libraries.look();
              return !application.meters(registry).isEmpty();
            });
  }

  private record Coming(Sightings sightings) implements GateTransformer.Findings {
    @Override
    public void found(ClassLoader loader, String flag, String method, @Nullable String problem) {}

    @Override
    public void coming(String internalName, ClassLoader loader) {
      sightings.coming(internalName, loader);
    }
  }

  private static Instrumentation counting(Instrumentation real, AtomicInteger looksAtAll) {
    return (Instrumentation)
        Proxy.newProxyInstance(
            Instrumentation.class.getClassLoader(),
            new Class<?>[] {Instrumentation.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("getAllLoadedClasses")) {
                looksAtAll.incrementAndGet();
              }
              return method.invoke(real, arguments);
            });
  }

  @Test
  void libraryOnItsWayAtOneLook_isFoundAtTheNext() throws Exception {
    HostLibraries libraries = libraries();
    libraries.look();
    Application application = new Application();
    sightings.coming("io/micrometer/core/instrument/Metrics", application);
    libraries.look();
    Object registry = application.addRegistry();
    awaitServed(libraries, application, registry);
  }

  @Test
  void moreThanCanBeNoted_areFoundByALookAtAll() throws Exception {
    HostLibraries libraries = libraries();
    libraries.look();
    ClassLoader other = new Application();
    for (int i = 0; i < 2_000; i++) {
      sightings.coming("io/micrometer/core/instrument/Metrics", other);
    }
    Application application = new Application();
    Object registry = application.addRegistry();
    sightings.coming("io/micrometer/core/instrument/Metrics", application);
    awaitServed(libraries, application, registry);
  }

  // To touch a library that is held weakly keeps its application from some collectors.
  @Test
  void applicationThatNothingIsToBeToldTo_isLeftAlone() throws Exception {
    HostLibraries libraries = libraries();
    AskedApplication application = new AskedApplication();
    Object registry = application.addRegistry();
    libraries.look();
    awaitServed(libraries, application, registry);
    await().until(() -> threads() == 0);
    application.asked.set(0);
    for (int i = 0; i < 6; i++) {
      libraries.look();
    }
    assertThat(threads()).isZero();
    assertThat(application.asked).hasValue(0);
    // But for once a minute.
    for (int i = 0; i < 12; i++) {
      libraries.look();
    }
    await().untilAsserted(() -> assertThat(application.asked).hasPositiveValue());
  }

  /** Counts what the agent asks it for. */
  private static final class AskedApplication extends Application {
    final AtomicInteger asked = new AtomicInteger();

    AskedApplication() throws MalformedURLException {}

    @Override
    public Class<?> loadClass(String name) throws ClassNotFoundException {
      if (Thread.currentThread().getName().startsWith("turnout-")) {
        asked.incrementAndGet();
      }
      return super.loadClass(name);
    }
  }
}
