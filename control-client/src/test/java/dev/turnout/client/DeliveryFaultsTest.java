package dev.turnout.client;

import static dev.turnout.client.FakeServer.events;
import static dev.turnout.client.FakeServer.snapshot;
import static dev.turnout.client.FakeServer.status;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.client.codec.Samples;
import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.client.signing.Trust;
import dev.turnout.client.tls.ClientTls;
import dev.turnout.flags.Host;
import dev.turnout.flags.Report;
import dev.turnout.flags.Snapshot;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What networks, proxies, clocks and servers gone mad do to the delivery of snapshots. */
class DeliveryFaultsTest {
  private static final Duration NEVER = Duration.ofHours(1);
  private static final Duration SILENCE = Duration.ofSeconds(2);

  private final Heard heard = new Heard();
  private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor();
  private @Nullable Path stateDirectory;
  private FakeServer server;
  private FaultyProxy proxy;
  private ControlClient client;

  @BeforeEach
  void serve() throws IOException {
    server = new FakeServer();
    proxy = new FaultyProxy(server.uri());
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    looks.shutdownNow();
    proxy.close();
    server.close();
  }

  private static Timing timing(Duration poll) {
    return new Timing(
        poll,
        Duration.ofMillis(20),
        Duration.ofMillis(400),
        Duration.ofMillis(100),
        SILENCE,
        Duration.ofSeconds(60),
        Duration.ofSeconds(5),
        Duration.ofSeconds(20),
        Duration.ofSeconds(30));
  }

  private void start(URI uri, Duration poll) {
    start(uri, poll, Sources.real());
  }

  private void start(URI uri, Duration poll, Sources sources) {
    start(uri, timing(poll), sources);
  }

  private void start(URI uri, Timing timing, Sources sources) {
    client =
        new ControlClient(
            new ControlClient.Settings(
                uri,
                () -> "secret",
                new Host("game", "game-1", "eu"),
                stateDirectory,
                timing,
                Trust.ANY,
                ClientTls.DEFAULT),
            heard,
            sources);
    client.start();
    looks.scheduleAtFixedRate(client::look, 20, 20, TimeUnit.MILLISECONDS);
  }

  private static Snapshot revision(long revision) {
    return Samples.snapshot(1, revision, Samples.full());
  }

  private void awaitInForce(Snapshot expected) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(client.snapshot()).isEqualTo(expected));
  }

  @Test
  void halfOpenConnection_isNoticedByItsSilence_andReplaced() {
    server.stream = events(true, revision(1));
    start(proxy.uri(), NEVER);
    awaitInForce(revision(1));

    server.stream = events(true, revision(2));
    proxy.cut();

    awaitInForce(revision(2));
    assertThat(heard.warnings).anyMatch(line -> line.contains("nothing was heard in time"));
  }

  @Test
  void halfOpenConnection_asAgentsAreSet_isThereFor44Seconds_andNotFor46() throws Exception {
    AtomicLong passed = new AtomicLong();
    Sources sources = new Sources(Clock.systemUTC(), passed::get, new Random());
    Timing agents = Timing.DEFAULT;
    server.stream = events(true, revision(1));
    start(
        proxy.uri(),
        new Timing(
            NEVER,
            agents.backOffFrom(),
            agents.backOffTo(),
            agents.authLane(),
            agents.silence(),
            agents.healthy(),
            agents.connect(),
            agents.answer(),
            agents.call()),
        sources);
    awaitInForce(revision(1));

    server.stream = events(true, revision(2));
    proxy.cut();
    // What was on its way is heard before, for the silence counts from then on.
    FakeServer.pause(500);
    passed.set(Duration.ofSeconds(44).toNanos());
    FakeServer.pause(300);
    assertThat(heard.warnings).isEmpty();
    passed.set(Duration.ofSeconds(46).toNanos());

    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              passed.addAndGet(Duration.ofMillis(100).toNanos());
              return client.snapshot().equals(revision(2));
            });
    assertThat(heard.warnings).hasSize(1);
  }

  @Test
  void serverStoppedForLongerThanTheSilence_isReconnectedOnce_andNothingChangesMeanwhile() {
    server.stream = events(true, revision(1));
    start(proxy.uri(), NEVER);
    awaitInForce(revision(1));

    proxy.stopped(true);
    await().atMost(Duration.ofSeconds(30)).until(() -> !heard.warnings.isEmpty());
    assertThat(client.snapshot()).isEqualTo(revision(1));
    server.stream = events(true, revision(2));
    proxy.stopped(false);

    awaitInForce(revision(2));
    assertThat(server.streams.get()).isEqualTo(2);
    assertThat(heard.delivered).containsExactly(revision(1), revision(2));
  }

  @Test
  void resetEveryHundredMilliseconds_backsOff_andSaysSoOnce() throws Exception {
    proxy.resetAfter(Duration.ofMillis(100));
    server.stream = events(true, revision(1));
    start(proxy.uri(), NEVER);
    awaitInForce(revision(1));

    long spentBefore = processorTime();
    int before = proxy.connections.get();
    FakeServer.pause(4_000);

    // A round takes 100 ms and a wait of 200 ms on average, once the back-off is at its end.
    assertThat(proxy.connections.get() - before).isBetween(2, 30);
    assertThat(Duration.ofNanos(processorTime() - spentBefore)).isLessThan(Duration.ofMillis(400));
    assertThat(heard.warnings).hasSize(1);
    proxy.resetAfter(null);
    server.stream = events(true, revision(2));
    awaitInForce(revision(2));
  }

  private static long processorTime() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("turnout-stream"))
        .mapToLong(thread -> ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.getId()))
        .filter(nanos -> nanos > 0)
        .sum();
  }

  @Test
  void proxyThatBuffers_isNoticed_andPollingCarriesOn() {
    proxy.holdStreams();
    server.stream = events(true, revision(1));
    server.poll = snapshot(revision(1));
    start(proxy.uri(), Duration.ofMillis(100));

    awaitInForce(revision(1));
    server.poll = snapshot(revision(2));
    awaitInForce(revision(2));
    await().atMost(Duration.ofSeconds(30)).until(() -> server.streams.get() >= 2);
  }

  @Test
  void streamThroughEveryKindOfRefusal_recovers() {
    server.stream = status(404);
    start(server.uri(), NEVER);
    for (int status : new int[] {301, 401, 403, 404, 410, 429, 500, 502, 503, 504}) {
      int before = server.streams.get();
      server.stream = status(status);
      await().atMost(Duration.ofSeconds(30)).until(() -> server.streams.get() > before + 1);
    }

    server.stream = events(true, revision(1));

    awaitInForce(revision(1));
    assertThat(heard.warnings).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void lineThatNeverEnds_isCutOff(boolean compressed) {
    FakeServer.Answer endless = endless(compressed);
    FakeServer.Answer good = events(true, revision(1));
    server.stream = exchange -> (server.streams.get() == 1 ? endless : good).to(exchange);
    start(server.uri(), NEVER);

    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(client.snapshot()).isEqualTo(revision(1)));
    assertThat(heard.warnings).anyMatch(line -> line.contains("an event of more than 67108864"));
  }

  private static FakeServer.Answer endless(boolean compressed) {
    return exchange -> {
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      if (compressed) {
        exchange.getResponseHeaders().set("Content-Encoding", "gzip");
      }
      exchange.sendResponseHeaders(200, compressed ? 0 : 2L << 30);
      OutputStream body = exchange.getResponseBody();
      OutputStream out = compressed ? new GZIPOutputStream(body) : body;
      out.write("event: snapshot\ndata: ".getBytes(UTF_8));
      byte[] piece = "x".repeat(1 << 20).getBytes(UTF_8);
      for (int i = 0; i < 1_024; i++) {
        out.write(piece);
      }
    };
  }

  @Test
  void compressedStream_isReadEventByEvent() {
    server.stream =
        exchange -> {
          assertThat(exchange.getRequestHeaders().getFirst("Accept-Encoding")).isEqualTo("gzip");
          exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
          exchange.getResponseHeaders().set("Content-Encoding", "gzip");
          exchange.sendResponseHeaders(200, 0);
          OutputStream out = new GZIPOutputStream(exchange.getResponseBody(), 512, true);
          for (int i = 1; i <= 3; i++) {
            out.write(("event: snapshot\nid: 1:" + i + "\ndata: ").getBytes(UTF_8));
            out.write(SnapshotCodec.write(revision(i)));
            out.write("\n\n".getBytes(UTF_8));
            out.flush();
            int sent = i;
            await().until(() -> heard.delivered.size() == sent);
          }
        };

    start(server.uri(), NEVER);

    await().atMost(Duration.ofSeconds(30)).until(() -> heard.delivered.size() == 3);
    assertThat(heard.delivered).containsExactly(revision(1), revision(2), revision(3));
  }

  @Test
  void bodyOfAGigabyte_isNotRead() {
    server.poll =
        exchange -> {
          exchange.sendResponseHeaders(200, 1L << 30);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
        };
    // Its failure would be the one warning a minute.
    server.stream = events(true);
    start(server.uri(), Duration.ofMillis(100));

    await()
        .until(() -> heard.warnings.stream().anyMatch(line -> line.contains("more than 67108864")));
    server.poll = snapshot(revision(1));
    awaitInForce(revision(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{\"env\":\"default\",\"env\":\"default\",\"epoch\":1,\"revision\":2,\"flags\":[]}",
        "{\"env\":\"default\",\"epoch\":1,\"revision\":NaN,\"flags\":[]}",
        "{\"env\":\"default\",\"epoch\":1,\"revision\":1e999,\"flags\":[]}",
        "{\"env\":\"default\",\"epoch\":1,\"revision\":-2,\"flags\":[]}",
        "{\"env\":\"default\",\"epoch\":1,\"revision\":2,\"flags\":{}}",
        "{\"env\":\"default\",\"epoch\":1,\"revision\":2,\"flags\":[]}{}",
      })
  void documentThatIsNone_changesNothing(String document) {
    server.stream = events(true, revision(1));
    start(server.uri(), Duration.ofMillis(100));
    awaitInForce(revision(1));

    int before = server.polls.get();
    server.poll =
        exchange -> {
          byte[] body = document.getBytes(UTF_8);
          exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
          exchange.getResponseBody().write(body);
        };

    await().until(() -> heard.warnings.stream().anyMatch(line -> line.contains("is refused")));
    await().until(() -> server.polls.get() > before + 2);
    assertThat(client.snapshot()).isEqualTo(revision(1));
  }

  @Test
  void reportsThatFail_delayNoSnapshot_andAreRepeatedAsTheyAreThen() {
    server.report = status(503);
    server.stream = events(true, revision(1));
    start(server.uri(), NEVER);
    AtomicInteger asked = new AtomicInteger();
    client.report(
        Duration.ZERO,
        new ControlClient.Reports() {
          @Override
          public Report next() {
            asked.incrementAndGet();
            return Samples.report();
          }

          @Override
          public Duration sent(ControlClient.Sent sent) {
            return Duration.ofMillis(5);
          }
        });

    await().atMost(Duration.ofSeconds(30)).until(() -> asked.get() > 50);

    awaitInForce(revision(1));
    // Each time it is asked for anew: nothing is kept to be sent later.
    assertThat(server.reports.size()).isLessThanOrEqualTo(asked.get());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void stateDirectoryThatIsReadOnly_isToldOnce_andFlagsAreInForceFromMemory() {
    stateDirectory = Path.of("/proc");
    server.stream = events(true, revision(1), revision(2), revision(3));

    start(server.uri(), NEVER);

    awaitInForce(revision(3));
    await().until(() -> heard.delivered.size() == 3);
    assertThat(heard.warnings).singleElement().asString().contains("cannot be kept in /proc");
  }

  /** What clocks do that nobody looks after. */
  private enum ClockFault {
    AHEAD,
    BEHIND,
    JUMPING,
    FROZEN
  }

  private static final class FaultyClock extends Clock {
    private static final Duration YEAR = Duration.ofDays(365);
    private final AtomicInteger asked = new AtomicInteger();
    private final Instant start = Instant.now();
    private final ClockFault fault;

    FaultyClock(ClockFault fault) {
      this.fault = fault;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      Instant now = Instant.now();
      return switch (fault) {
        case AHEAD -> now.plus(YEAR);
        case BEHIND -> now.minus(YEAR);
        case JUMPING -> asked.incrementAndGet() % 2 == 0 ? now.plus(YEAR) : now.minus(YEAR);
        case FROZEN -> start;
      };
    }
  }

  @ParameterizedTest
  @EnumSource(ClockFault.class)
  void clockThatIsWrong_disturbsNothing(ClockFault fault) {
    server.stream = events(true, revision(1));
    server.poll = snapshot(revision(1));
    Sources sources = new Sources(new FaultyClock(fault), System::nanoTime, new Random());
    start(proxy.uri(), Duration.ofMillis(100), sources);
    awaitInForce(revision(1));

    int polls = server.polls.get();
    await().until(() -> server.polls.get() > polls + 5);
    assertThat(server.streams.get()).isEqualTo(1);
    server.stream = events(true, revision(2));
    proxy.cut();
    awaitInForce(revision(2));
  }

  @Test
  void jvmStoppedForTenMinutes_reconnectsOnce() {
    AtomicLong stopped = new AtomicLong();
    Sources sources =
        new Sources(Clock.systemUTC(), () -> System.nanoTime() + stopped.get(), new Random());
    server.stream = events(true, revision(1));
    start(proxy.uri(), NEVER, sources);
    awaitInForce(revision(1));

    server.stream = events(true, revision(2));
    // By then whoever was at the other end has given up.
    proxy.cut();
    stopped.set(Duration.ofMinutes(10).toNanos());

    awaitInForce(revision(2));
    assertThat(server.streams.get()).isEqualTo(2);
  }

  @Test
  void goodbye_isFollowedByAReturnWithinItsTime() {
    AtomicLong endedAt = new AtomicLong();
    server.stream =
        exchange -> {
          endedAt.compareAndSet(0, System.nanoTime());
          exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
          exchange.sendResponseHeaders(200, 0);
          exchange
              .getResponseBody()
              .write("event: goodbye\ndata: {\"reconnect_within_ms\":1500}\n\n".getBytes(UTF_8));
        };
    Random highest =
        new Random() {
          private static final long serialVersionUID = 1L;

          @Override
          public double nextDouble() {
            return 1;
          }
        };

    start(server.uri(), NEVER, new Sources(Clock.systemUTC(), System::nanoTime, highest));
    await().until(() -> server.streams.get() >= 2);

    // Without it the first back-off would be 20 ms.
    assertThat(Duration.ofNanos(System.nanoTime() - endedAt.get()))
        .isGreaterThan(Duration.ofMillis(1_400));
    assertThat(heard.warnings.get(0)).contains("says goodbye");
  }
}
