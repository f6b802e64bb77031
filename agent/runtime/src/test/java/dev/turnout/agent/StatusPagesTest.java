package dev.turnout.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StatusPagesTest {
  private final AtomicLong nanos = new AtomicLong();

  private StatusPages pages(String arguments) {
    return new StatusPages(
        Options.read(arguments, new Properties(), Map.of()),
        () -> "{}".getBytes(UTF_8),
        () -> {
          throw new AssertionError("nobody asked for meters");
        },
        nanos::get);
  }

  private static String get(int port) {
    URI page = URI.create("http://127.0.0.1:" + port + "/status.json");
    try (InputStream in = page.toURL().openStream()) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  // The JVM that this one takes the place of may have the port for some seconds yet.
  @Test
  void portThatIsTaken_isServedOnceItIsFree() throws Exception {
    int port;
    StatusPages pages;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = taken.getLocalPort();
      pages = pages("metrics-port=" + port);
      pages.open();
      assertThat(pages.problem()).contains("metrics-port " + port, "goes on without the port");
    }
    try {
      pages.serve(0);
      assertThat(pages.problem()).as("not before it is time").isNotEmpty();
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(11));
      pages.serve(0);
      assertThat(pages.problem()).isEmpty();
      CompletableFuture<String> page = CompletableFuture.supplyAsync(() -> get(port));
      await()
          .untilAsserted(
              () -> {
                pages.serve(TimeUnit.MILLISECONDS.toNanos(20));
                assertThat(page).isCompletedWithValue("{}");
              });
    } finally {
      pages.close();
    }
  }

  @Test
  void hostThatIsNone_isAskedForOnce() throws Exception {
    StatusPages pages = pages("metrics-port=0,metrics-host=nowhere.invalid");
    pages.open();
    String problem = pages.problem();
    assertThat(problem).contains("cannot be resolved");
    nanos.addAndGet(TimeUnit.HOURS.toNanos(1));
    pages.serve(0);
    assertThat(pages.problem()).isEqualTo(problem);
  }

  @Test
  void withoutAPort_noProblem() throws Exception {
    StatusPages pages = pages("service=shop");
    pages.open();
    pages.serve(0);
    assertThat(pages.problem()).isEmpty();
  }
}
