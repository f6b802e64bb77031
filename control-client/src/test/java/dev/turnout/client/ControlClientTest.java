package dev.turnout.client;

import static dev.turnout.client.FakeServer.events;
import static dev.turnout.client.FakeServer.pause;
import static dev.turnout.client.FakeServer.snapshot;
import static dev.turnout.client.FakeServer.status;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.client.codec.ReportCodec;
import dev.turnout.client.codec.Samples;
import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.client.signing.Trust;
import dev.turnout.client.tls.ClientTls;
import dev.turnout.flags.Host;
import dev.turnout.flags.Report;
import dev.turnout.flags.Snapshot;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlClientTest {
  private static final Duration NEVER = Duration.ofHours(1);

  @TempDir Path directory;
  private final Heard heard = new Heard();
  private volatile String token = "secret";
  private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor();
  private FakeServer server;
  private ControlClient client;

  @BeforeEach
  void serve() throws Exception {
    server = new FakeServer();
  }

  @AfterEach
  void close() {
    if (client != null) {
      client.close();
    }
    looks.shutdownNow();
    server.close();
    assertThat(heard.warnings).noneMatch(line -> line.contains("secret"));
  }

  private static Timing timing(Duration poll, Duration authLane, Duration silence) {
    Duration shortest = Duration.ofMillis(20);
    return new Timing(
        poll,
        shortest,
        Duration.ofMillis(400),
        authLane,
        silence,
        Duration.ofSeconds(60),
        Duration.ofSeconds(2),
        Duration.ofSeconds(2),
        Duration.ofSeconds(30));
  }

  private static Timing streamOnly() {
    return timing(NEVER, Duration.ofMillis(100), Duration.ofSeconds(5));
  }

  private static Timing polling() {
    return timing(Duration.ofMillis(100), NEVER, Duration.ofSeconds(5));
  }

  private void start(URI uri, Timing timing) {
    start(uri, () -> token, timing);
  }

  private void start(URI uri, Supplier<String> supplier, Timing timing) {
    ControlClient.Settings settings =
        new ControlClient.Settings(
            uri,
            supplier,
            new Host("game", "game-1", "eu"),
            directory,
            timing,
            Trust.ANY,
            ClientTls.DEFAULT);
    client = new ControlClient(settings, heard);
    client.start();
    looks.scheduleAtFixedRate(client::look, 20, 20, TimeUnit.MILLISECONDS);
  }

  private static Snapshot revision(long revision) {
    return Samples.snapshot(1, revision, Samples.full());
  }

  private void awaitInForce(Snapshot expected) {
    await().untilAsserted(() -> assertThat(client.snapshot()).isEqualTo(expected));
  }

  @Test
  void stream_deliversAndKeeps() {
    server.stream = events(true, revision(1), revision(2));

    start(server.uri(), streamOnly());

    await().until(() -> heard.delivered.size() == 2);
    assertThat(heard.delivered).containsExactly(revision(1), revision(2));
    assertThat(client.link().met()).isTrue();
    SnapshotStore store = new SnapshotStore(directory, heard.warnings::add);
    await()
        .untilAsserted(
            () -> assertThat(store.load()).isEqualTo(new SnapshotStore.Kept(revision(2), null)));
    assertThat(heard.warnings).isEmpty();
  }

  @Test
  void start_withoutAServer_deliversWhatWasKeptFirst() {
    new SnapshotStore(directory, heard.warnings::add)
        .save(new SnapshotStore.Kept(revision(7), null), SnapshotCodec.write(revision(7)));
    server.close();

    start(server.uri(), polling());

    assertThat(heard.delivered).containsExactly(revision(7));
    await().until(() -> !heard.warnings.isEmpty());
    assertThat(client.snapshot()).isEqualTo(revision(7));
    assertThat(client.link().met()).isFalse();
  }

  @Test
  void stream_closedAtOnce_backsOffAndResumes() throws Exception {
    server.stream = events(false, revision(3));

    start(server.uri(), streamOnly());

    await().until(() -> server.streams.get() >= 3);
    pause(1500);
    // Waits of up to 400 ms, 200 on average; without a back-off there would be thousands.
    assertThat(server.streams.get()).isBetween(4, 40);
    assertThat(server.lastEventIds).startsWith("null", "1:3");
    assertThat(heard.warnings).hasSize(1);
    server.stream = events(true, revision(4));
    awaitInForce(revision(4));
  }

  @Test
  void stream_401Then200_recovers() {
    token = "wrong";
    server.stream = events(true, revision(1));

    start(server.uri(), streamOnly());
    await().until(() -> server.streams.get() > 0 || !heard.warnings.isEmpty());
    token = "secret";

    awaitInForce(revision(1));
  }

  @Test
  void poll_letInAgain_bringsTheStreamOutOfTheAuthLane() {
    token = "wrong";
    server.stream = events(true, revision(2));
    server.poll = snapshot(revision(1));

    start(server.uri(), polling());
    await().until(() -> server.polls.get() >= 2);
    assertThat(server.streams.get()).isEqualTo(1);
    token = "secret";

    awaitInForce(revision(2));
  }

  @Test
  void streamRefusedBetweenTwoPolls_isBackWithTheNext() {
    server.stream = FakeServer.status(401);
    server.poll = snapshot(revision(1));

    start(server.uri(), polling());
    awaitInForce(revision(1));
    await().until(() -> server.streams.get() > 0);
    server.stream = events(true, revision(2));

    awaitInForce(revision(2));
  }

  @Test
  void token_thatCannotBeRead_isRetried() {
    token = null;
    server.stream = events(true, revision(1));

    start(server.uri(), streamOnly());
    await().until(() -> !heard.warnings.isEmpty());
    assertThat(heard.warnings.get(0)).contains("the token cannot be read (NullPointerException)");
    token = "secret";

    awaitInForce(revision(1));
  }

  @Test
  void tokenFile_thatIsMissing_isNamed_andPickedUpLater() throws Exception {
    Path file = directory.resolve("agent.token");
    server.stream = events(true, revision(1));

    start(server.uri(), new TokenFile(file), streamOnly());
    await().until(() -> !heard.warnings.isEmpty());
    assertThat(heard.warnings.get(0))
        .contains("the token file " + file + " does not exist: it must hold the token")
        .doesNotContain("Exception");
    Files.writeString(file, "secret\n");

    awaitInForce(revision(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "secret secret", "secret\nsecret"})
  void tokenFile_withoutAToken_isNamed(String content) throws Exception {
    Path file = Files.writeString(directory.resolve("agent.token"), content);

    start(server.uri(), new TokenFile(file), streamOnly());

    await().until(() -> !heard.warnings.isEmpty());
    assertThat(heard.warnings.get(0))
        .contains("the token file " + file + " ")
        .doesNotContain("Exception");
    assertThat(server.streams.get()).isZero();
  }

  @Test
  void olderRevision_isRefused_aHigherEpochIsNot() {
    server.stream = events(true, revision(5), revision(4));

    start(server.uri(), polling());

    await().until(() -> heard.warnings.stream().anyMatch(line -> line.contains("older than 1:5")));
    assertThat(client.snapshot()).isEqualTo(revision(5));
    Snapshot restored = Samples.snapshot(2, 1, Samples.full());
    server.poll = snapshot(restored);
    awaitInForce(restored);
  }

  @Test
  void poll_worksWhileTheStreamIsBroken() {
    server.poll = snapshot(revision(1));

    start(server.uri(), polling());

    awaitInForce(revision(1));
    server.poll = snapshot(revision(2));
    awaitInForce(revision(2));
    int before = server.polls.get();
    await().until(() -> server.polls.get() > before + 2);
    assertThat(heard.delivered).containsExactly(revision(1), revision(2));
  }

  @Test
  void poll_throughEveryKindOfRefusal_recovers() {
    start(server.uri(), polling());
    for (int status : new int[] {301, 401, 403, 404, 410, 429, 500, 502}) {
      int before = server.polls.get();
      server.poll = status(status);
      await().until(() -> server.polls.get() > before + 1);
    }

    server.poll = snapshot(revision(1));

    awaitInForce(revision(1));
    assertThat(heard.warnings).hasSize(1);
  }

  @Test
  void retryAfter_isHonoured() throws Exception {
    server.poll =
        exchange -> {
          exchange.getResponseHeaders().set("Retry-After", "2");
          exchange.sendResponseHeaders(503, -1);
        };
    start(server.uri(), polling());
    await().until(() -> server.polls.get() == 1);

    pause(1000);

    assertThat(server.polls.get()).isEqualTo(1);
    await().until(() -> server.polls.get() > 1);
  }

  @Test
  void stream_thatFallsSilent_isReplaced() {
    server.stream =
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().flush();
          pause(60_000);
        };

    start(server.uri(), timing(NEVER, NEVER, Duration.ofMillis(300)));

    await().until(() -> server.streams.get() >= 2);
  }

  @Test
  void malformedAndHugeDocuments_areRefused_andTheNextIsTaken() {
    // Its failure would be the one warning a minute.
    server.stream = events(true);
    server.poll =
        exchange -> {
          exchange.getResponseHeaders().set("Content-Encoding", "gzip");
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream out = new GZIPOutputStream(exchange.getResponseBody())) {
            byte[] blanks = " ".repeat(1 << 20).getBytes(UTF_8);
            for (int i = 0; i < 80; i++) {
              out.write(blanks);
            }
          }
        };
    start(server.uri(), polling());
    await()
        .until(() -> heard.warnings.stream().anyMatch(line -> line.contains("more than 67108864")));
    server.poll =
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write("{\"env\":".getBytes(UTF_8));
        };
    await().until(() -> heard.warnings.stream().anyMatch(line -> line.contains("is refused")));

    server.poll = snapshot(revision(1));

    awaitInForce(revision(1));
  }

  @Test
  void send_tellsWhetherTheReportWasAccepted() {
    start(server.uri(), streamOnly());

    assertThat(client.send(Samples.report()).accepted()).isTrue();
    assertThat(ReportCodec.read(server.reports.get(0).getBytes(UTF_8))).isEqualTo(Samples.report());
    server.report = status(503);
    assertThat(client.send(Samples.report()))
        .isEqualTo(new ControlClient.Sent(false, "answered 503"));
    server.report =
        exchange -> {
          exchange.getResponseHeaders().set("Retry-After", "7");
          exchange.sendResponseHeaders(503, -1);
        };
    assertThat(client.send(Samples.report()).retryAfter()).isEqualTo(Duration.ofSeconds(7));
    client.close();
    assertThat(client.send(Samples.report()).accepted()).isFalse();
  }

  @Test
  void link_tellsWhetherTheServerIsThere() {
    server.stream = events(true, revision(1));
    server.poll = snapshot(revision(1));
    start(server.uri(), polling());
    await().until(() -> client.link().connected() && client.link().met());
    await().until(() -> server.polls.get() > 0 && client.link().problem().isEmpty());
    assertThat(client.link().silence()).isLessThan(Duration.ofSeconds(5));

    server.close();

    await().until(() -> !client.link().connected());
    await().until(() -> client.link().problem().contains("poll"));
    assertThat(client.link().problem()).contains("stream").contains("ConnectException");
    assertThat(client.link().met()).isTrue();
  }

  @Test
  void tokenThatIsRevoked_isAProblem_andNoContact() {
    token = "revoked";

    start(server.uri(), polling());
    client.report(Duration.ZERO, new Repeated());

    await()
        .untilAsserted(
            () ->
                assertThat(client.link().problem())
                    .isEqualTo("stream, poll, reports: answered 401"));
    assertThat(client.link().met()).isFalse();
  }

  @Test
  void pollThatIsAnsweredBySomethingElse_isAProblem_andNoContact() {
    server.poll =
        exchange -> {
          byte[] page = "<html>moved</html>".getBytes(UTF_8);
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
        };

    start(server.uri(), polling());

    await().until(() -> client.link().problem().contains("poll: what it answers is refused"));
    assertThat(client.link().met()).isFalse();
  }

  @Test
  void reportThatIsRefused_isToldOnce_andAProblemUntilOneIsAccepted() {
    server.stream = events(true, revision(1));
    server.poll = snapshot(revision(1));
    server.report = status(413);

    start(server.uri(), polling());
    client.report(Duration.ZERO, new Repeated());

    await().until(() -> server.reports.size() > 5);
    assertThat(client.link().problem()).isEqualTo("reports: answered 413");
    assertThat(heard.warnings)
        .filteredOn(line -> line.contains("refuses this JVM's reports: answered 413"))
        .hasSize(1);
    server.report = status(202);
    await().until(() -> client.link().problem().isEmpty());
  }

  @Test
  void threads_areFewDaemonsAndEnd() {
    server.stream = events(true, revision(1));
    server.poll = snapshot(revision(1));
    Set<Thread> others = Thread.getAllStackTraces().keySet();
    start(server.uri(), polling());
    await().until(() -> server.polls.get() > 3);

    List<Thread> threads =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().matches("turnout-(?!store).*|OkHttp.*|Okio.*"))
            .filter(thread -> !others.contains(thread))
            .toList();
    assertThat(threads)
        .allMatch(Thread::isDaemon)
        .extracting(Thread::getName)
        .containsExactlyInAnyOrder("turnout-stream", "turnout-requests");
    client.close();

    await().untilAsserted(() -> assertThat(threads).noneMatch(Thread::isAlive));
  }

  @Test
  void poll_thatHangs_delaysNoKill() {
    Snapshot kill = revision(2);
    server.poll = exchange -> pause(60_000);
    server.stream =
        exchange -> {
          await().until(() -> server.polls.get() > 0);
          events(true, kill).to(exchange);
        };

    start(server.uri(), polling());

    awaitInForce(kill);
    assertThat(server.polls.get()).isEqualTo(1);
  }

  @Test
  void poll_thatHangs_isBrokenOffForAnUrgentReport_andComesAgain() {
    server.poll = exchange -> pause(60_000);
    start(server.uri(), slowToGiveUp());
    client.report(NEVER, new Repeated());
    await().until(() -> server.polls.get() == 1);

    await().until(this::hurriedReportIsThere);

    await().until(() -> server.polls.get() > 1);
    assertThat(heard.warnings).noneMatch(line -> line.contains("polling"));
  }

  private boolean hurriedReportIsThere() {
    client.hurry();
    return !server.reports.isEmpty();
  }

  @Test
  void report_thatHangs_delaysPollsForAsLongAsItMayTake() {
    server.report = exchange -> pause(60_000);
    server.poll = snapshot(revision(1));
    start(server.uri(), polling());
    client.report(Duration.ZERO, new Repeated());

    awaitInForce(revision(1));
    await().until(() -> server.reports.size() > 1);
    int before = server.polls.get();
    await().until(() -> server.polls.get() > before);
  }

  @Test
  void report_isRepeated_afterWhateverWentWrong() {
    start(server.uri(), streamOnly());
    server.report = status(503);
    AtomicInteger asked = new AtomicInteger();

    client.report(
        Duration.ZERO,
        new Repeated() {
          @Override
          public Report next() {
            if (asked.incrementAndGet() == 2) {
              throw new OutOfMemoryError("not really");
            }
            return super.next();
          }
        });

    await().until(() -> asked.get() > 3);
    assertThat(server.reports).hasSizeGreaterThanOrEqualTo(2);
  }

  /** The same report, every few milliseconds. */
  private static class Repeated implements ControlClient.Reports {
    @Override
    public Report next() {
      return Samples.report();
    }

    @Override
    public Duration sent(ControlClient.Sent sent) {
      return Duration.ofMillis(50);
    }
  }

  private static Timing slowToGiveUp() {
    Duration patience = Duration.ofMinutes(1);
    Timing timing = polling();
    return new Timing(
        timing.poll(),
        timing.backOffFrom(),
        timing.backOffTo(),
        timing.authLane(),
        timing.silence(),
        timing.healthy(),
        timing.connect(),
        patience,
        patience);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void blackHole_isGivenUp_andTriedAgain(String scheme) throws Exception {
    try (ServerSocket blackHole = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      start(
          URI.create(scheme + "://127.0.0.1:" + blackHole.getLocalPort()),
          timing(NEVER, NEVER, Duration.ofMillis(300)));
      // Neither an answer nor, with TLS, a handshake; nobody reads what is sent either.
      try (Socket first = blackHole.accept();
          Socket second = blackHole.accept()) {
        assertThat(second.getPort()).isNotEqualTo(first.getPort());
      }
    }
    assertThat(heard.warnings).anyMatch(line -> line.contains("nothing was heard in time"));
  }

  @Test
  void send_toWhoeverDoesNotRead_isGivenUp() throws Exception {
    try (ServerSocket blackHole = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      blackHole.setReceiveBufferSize(4_096);
      start(URI.create("http://127.0.0.1:" + blackHole.getLocalPort()), streamOnly());

      assertThat(client.send(largeReport()))
          .isEqualTo(new ControlClient.Sent(false, "nothing was heard in time"));
    }
  }

  private static Report largeReport() {
    Report sample = Samples.report();
    List<Report.Gate> gates =
        IntStream.range(0, 5_000)
            .mapToObj(i -> new Report.Gate("flag", "method" + i, false, "x".repeat(100)))
            .toList();
    return new Report(sample.host(), sample.bootId(), 1, "1", 0, 0, gates, List.of(), List.of());
  }

  @Test
  void errorPageThatNeverEnds_isNotReadForLong_andBringsNoThread() {
    server.poll =
        exchange -> {
          exchange.sendResponseHeaders(500, 0);
          byte[] page = "no ".repeat(10_000).getBytes(UTF_8);
          for (int i = 0; i < 1_000; i++) {
            exchange.getResponseBody().write(page);
          }
        };
    server.stream = server.poll;

    start(server.uri(), polling());

    await().until(() -> server.polls.get() > 3);
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("OkHttp") || name.startsWith("Okio"));
  }
}
