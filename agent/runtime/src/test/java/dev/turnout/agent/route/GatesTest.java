package dev.turnout.agent.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.bootstrap.GateLinker;
import dev.turnout.bootstrap.GateSite;
import io.opentelemetry.api.trace.Span;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GatesTest {
  private final Gates gates =
      new Gates(new Recorders(Measure.SAMPLED), type -> {}, new NoTroubles());

  /** Declares a gated method, or would. */
  static class Service {}

  /** Has its own {@link Service}, and somebody else holds its lock. */
  private static final class BusyLoader extends ClassLoader {
    final CountDownLatch asked = new CountDownLatch(1);
    final CountDownLatch free = new CountDownLatch(1);

    BusyLoader() {
      super(GatesTest.class.getClassLoader());
    }

    Class<?> service() throws IOException {
      String file = Service.class.getName().replace('.', '/') + ".class";
      try (InputStream in = GatesTest.class.getClassLoader().getResourceAsStream(file)) {
        byte[] bytes = in.readAllBytes();
        return defineClass(Service.class.getName(), bytes, 0, bytes.length);
      }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.equals(Span.class.getName())) {
        asked.countDown();
        try {
          free.await();
        } catch (InterruptedException e) {
          throw new ClassNotFoundException(name, e);
        }
      }
      return super.loadClass(name, resolve);
    }
  }

  // Else a thread that holds the loader's lock and links a gate would wait for ever.
  @Test
  void gatesLink_whileAClassLoaderIsAskedForItsSpans() throws Exception {
    BusyLoader busy = new BusyLoader();
    GateSite first = link(busy.service());
    CompletableFuture<Void> tracing = CompletableFuture.runAsync(() -> gates.trace(Span.class));
    assertThat(busy.asked.await(10, TimeUnit.SECONDS)).isTrue();
    try {
      assertThat(CompletableFuture.supplyAsync(() -> link(Service.class)))
          .succeedsWithin(10, TimeUnit.SECONDS)
          .isNotSameAs(first);
    } finally {
      busy.free.countDown();
    }
    assertThat(tracing).succeedsWithin(10, TimeUnit.SECONDS);
  }

  private GateSite link(Class<?> owner) {
    return gates.link(owner, "use_it", "Service.play()", "", "", GateLinker.ROUTE, "", "", "");
  }
}
