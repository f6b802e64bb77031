package dev.turnout.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.client.codec.Samples;
import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.client.signing.PinnedKeys;
import dev.turnout.client.signing.Trust;
import dev.turnout.client.tls.ClientTls;
import dev.turnout.flags.Host;
import dev.turnout.flags.Report;
import dev.turnout.flags.Snapshot;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client makes of deltas, good ones and others. */
class DeltaStreamTest {
  private static final Duration NEVER = Duration.ofHours(1);

  // None but the first connection may be waited for: a kill would.
  private static final Duration BACK_OFF = Duration.ofMillis(50);

  @TempDir Path directory;
  private final Heard heard = new Heard();
  private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor();
  private FakeServer server;
  private Keys keys;
  private ControlClient client;

  @BeforeEach
  void serve() throws Exception {
    server = new FakeServer();
    keys = new Keys();
  }

  @AfterEach
  void close() {
    client.close();
    looks.shutdownNow();
    server.close();
  }

  private void start() {
    start(NEVER);
  }

  private void start(Duration poll) {
    Duration patience = Duration.ofSeconds(20);
    Timing timing =
        new Timing(
            poll, BACK_OFF, patience, BACK_OFF, patience, patience, patience, patience, patience);
    client =
        new ControlClient(
            new ControlClient.Settings(
                server.uri(),
                () -> "secret",
                new Host("game", "game-1", "eu"),
                directory,
                timing,
                new Trust(PinnedKeys.of(keys.pin()), "prod"),
                ClientTls.DEFAULT),
            heard);
    client.start();
    looks.scheduleAtFixedRate(client::look, 20, 20, TimeUnit.MILLISECONDS);
  }

  private static Snapshot revision(long revision) {
    return Samples.snapshot(1, revision, Samples.full());
  }

  private static String json(Snapshot snapshot) {
    return new String(SnapshotCodec.write(snapshot), UTF_8);
  }

  private String whole(Snapshot snapshot) {
    return event("snapshot", snapshot, json(snapshot), keys.sign(SnapshotCodec.write(snapshot)));
  }

  private String delta(Snapshot base, Snapshot next) {
    return event("delta", next, data(base, json(next)), keys.sign(SnapshotCodec.write(next)));
  }

  private static String event(
      String type, Snapshot snapshot, String data, @Nullable String signature) {
    String id = snapshot.epoch() + ":" + snapshot.revision();
    return "event: signature\ndata: "
        + signature
        + "\n\nevent: "
        + type
        + "\nid: "
        + id
        + "\ndata: "
        + data
        + "\n\n";
  }

  /** What is new between the parts that are the same at both ends. */
  private static String data(Snapshot base, String next) {
    String before = json(base);
    int from = 0;
    while (before.charAt(from) == next.charAt(from)) {
      from++;
    }
    int left = 0;
    while (before.charAt(before.length() - left - 1) == next.charAt(next.length() - left - 1)
        && left < next.length() - from
        && left < before.length() - from) {
      left++;
    }
    CRC32 sum = new CRC32();
    sum.update(next.getBytes(UTF_8));
    String text = next.substring(from, next.length() - left).replace("\"", "\\\"");
    return "{\"from\":\"%d:%d\",\"length\":%d,\"crc32\":%d,\"parts\":[[0,%d],\"%s\",[%d,%d]]}"
        .formatted(
            base.epoch(),
            base.revision(),
            next.length(),
            sum.getValue(),
            from,
            text,
            before.length() - left,
            left);
  }

  private static FakeServer.Answer stream(String... events) {
    return exchange -> {
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      exchange.sendResponseHeaders(200, 0);
      OutputStream out = exchange.getResponseBody();
      for (String event : events) {
        out.write(event.getBytes(UTF_8));
        out.flush();
      }
      FakeServer.pause(60_000);
    };
  }

  /** The first connection is sent this, all others the whole snapshot. */
  private void brokenThenWhole(Snapshot whole, String... events) {
    FakeServer.Answer broken = stream(events);
    FakeServer.Answer good = stream(whole(whole));
    server.stream = exchange -> (server.streams.get() == 1 ? broken : good).to(exchange);
  }

  private void awaitInForce(Snapshot expected) {
    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() -> assertThat(client.snapshot()).isEqualTo(expected));
  }

  private void assertAskedAgainForWholeSnapshots(long refused, String reason) {
    assertThat(server.queries).hasSize(2);
    assertThat(server.queries.get(0)).endsWith("&delta=1");
    assertThat(server.queries.get(1)).doesNotContain("delta");
    assertThat(client.refused()).hasSize(1);
    Report.Refusal refusal = client.refused().get(0);
    assertThat(refusal.revision()).isEqualTo(refused);
    assertThat(refusal.reason()).contains(reason);
    assertThat(refusal.times()).isEqualTo(1);
  }

  @Test
  void deltas_areTakenOneAfterAnother_andKept() {
    server.stream =
        stream(
            whole(revision(1)), delta(revision(1), revision(2)), delta(revision(2), revision(3)));
    start();

    awaitInForce(revision(3));
    assertThat(heard.delivered).containsExactly(revision(1), revision(2), revision(3));
    assertThat(heard.warnings).isEmpty();
    assertThat(server.queries).hasSize(1);
    SnapshotStore store =
        new SnapshotStore(
            directory, new Trust(PinnedKeys.of(keys.pin()), "prod"), heard.warnings::add);
    await().until(() -> store.load() != null && store.load().snapshot().equals(revision(3)));
  }

  @Test
  void delta_ofTheSameRevisionSignedAnew_isTaken() {
    Snapshot first = revision(1).validUntil(Samples.AT.plusSeconds(60));
    Snapshot renewed = revision(1).validUntil(Samples.AT.plusSeconds(120));
    server.stream = stream(whole(first), delta(first, renewed), delta(renewed, revision(2)));
    start();

    awaitInForce(revision(2));
    assertThat(heard.delivered).containsExactly(first, renewed, revision(2));
    assertThat(client.refused()).isEmpty();
  }

  // The poll was faster: what the stream says is known, and yet what its next delta is from.
  @Test
  void delta_afterEventsThatWereKnown_isFromTheLastOfThem() {
    server.poll =
        exchange -> {
          exchange
              .getResponseHeaders()
              .set("Turnout-Signature", keys.sign(SnapshotCodec.write(revision(2))));
          FakeServer.snapshot(revision(2)).to(exchange);
        };
    server.stream =
        exchange -> {
          await().until(() -> client.snapshot().equals(revision(2)));
          stream(
                  whole(revision(1)),
                  delta(revision(1), revision(2)),
                  whole(revision(2)),
                  delta(revision(2), revision(3)))
              .to(exchange);
        };
    start(Duration.ofMillis(100));

    awaitInForce(revision(3));
    assertThat(server.queries).hasSize(1);
    assertThat(heard.delivered).containsExactly(revision(2), revision(3));
  }

  // It is what was sent, and the next is from that.
  @Test
  void delta_fromASnapshotThatWasRefused_isTaken() {
    Snapshot other =
        new Snapshot(
            "staging",
            1,
            1,
            Samples.AT,
            revision(1).canary(),
            revision(1).ringMembers(),
            revision(1).flags());
    server.stream = stream(whole(other), delta(other, revision(2)));
    start();

    awaitInForce(revision(2));
    assertThat(client.refused()).hasSize(1);
    assertThat(server.queries).hasSize(1);
  }

  @Test
  void delta_thatIsForged_isRefused_andTheWholeSnapshotTaken() {
    String forged = json(revision(2)).replace("\"frozen\":true", "\"frozen\":null");
    brokenThenWhole(
        revision(2),
        whole(revision(1)),
        event(
            "delta",
            revision(2),
            data(revision(1), forged),
            keys.sign(SnapshotCodec.write(revision(2)))),
        delta(revision(2), revision(3)));
    start();

    awaitInForce(revision(2));
    assertAskedAgainForWholeSnapshots(2, "is wrong");
    assertThat(heard.delivered).containsExactly(revision(1), revision(2));
  }

  @Test
  void delta_fromAnother_isRefused_andTheWholeSnapshotTaken() {
    brokenThenWhole(revision(3), whole(revision(1)), delta(revision(2), revision(3)));
    start();

    awaitInForce(revision(3));
    assertAskedAgainForWholeSnapshots(3, "from another document");
    assertThat(heard.warnings.get(0)).contains("is refused, 1:1 stays in force: delta:");
  }

  @Test
  void delta_asTheFirstEvent_isRefused_andTheWholeSnapshotTaken() {
    brokenThenWhole(revision(2), delta(revision(1), revision(2)));
    start();

    awaitInForce(revision(2));
    assertAskedAgainForWholeSnapshots(2, "there is nothing that it could be from");
  }

  @Test
  void delta_thatIsNone_isRefused_andTheWholeSnapshotTaken() {
    brokenThenWhole(revision(2), whole(revision(1)), event("delta", revision(2), "nonsense", null));
    start();

    awaitInForce(revision(2));
    assertAskedAgainForWholeSnapshots(2, "line 1");
  }

  // After many failures the client waits long, but a delta may be a kill.
  @Test
  void delta_thatCannotBeUsed_afterManyFailures_isNotWaitedFor() {
    FakeServer.Answer broken = stream(whole(revision(1)), delta(revision(3), revision(2)));
    FakeServer.Answer good = stream(whole(revision(2)));
    FakeServer.Answer away = FakeServer.status(500);
    server.stream =
        exchange -> {
          int connection = server.streams.get();
          (connection < 7 ? away : connection == 7 ? broken : good).to(exchange);
        };
    start();
    await().atMost(Duration.ofSeconds(20)).until(() -> heard.delivered.contains(revision(1)));

    // By its back-off alone it would wait for up to 3.2 seconds.
    await()
        .atMost(Duration.ofMillis(1_500))
        .untilAsserted(() -> assertThat(client.snapshot()).isEqualTo(revision(2)));
  }

  // A server out of its mind: it is not knocked at twenty times a second.
  @Test
  void deltasThatWereNotAskedFor_areRefused_andWaitedForLongerAndLonger() throws IOException {
    server.stream = stream(whole(revision(1)), delta(revision(3), revision(2)));
    start();
    awaitInForce(revision(1));
    FakeServer.pause(3_000);

    assertThat(server.queries.stream().skip(1)).noneMatch(query -> query.contains("delta"));
    assertThat(server.streams.get()).isBetween(3, 15);
    assertThat(client.refused()).isNotEmpty();
    assertThat(client.snapshot()).isEqualTo(revision(1));
  }
}
