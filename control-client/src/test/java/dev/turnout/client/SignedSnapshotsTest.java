package dev.turnout.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.client.codec.Samples;
import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.client.signing.PinnedKeys;
import dev.turnout.client.signing.SnapshotSignature;
import dev.turnout.client.signing.Trust;
import dev.turnout.client.tls.ClientTls;
import dev.turnout.flags.Host;
import dev.turnout.flags.Report;
import dev.turnout.flags.Snapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an agent with pinned keys takes, and what it says of the rest. */
class SignedSnapshotsTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

  @TempDir Path directory;
  private final Heard heard = new Heard();
  private final AtomicLong nanos = new AtomicLong();
  private final Sources sources =
      new Sources(Clock.fixed(NOW, ZoneOffset.UTC), nanos::get, new Random(1));
  private final Refusals refusals = new Refusals(sources);
  private Keys active;
  private Keys next;
  private InForce inForce;

  @BeforeEach
  void pinBoth() throws Exception {
    active = new Keys();
    next = new Keys();
    inForce = inForce(new Trust(PinnedKeys.of(active.pin() + " " + next.pin()), "prod"));
  }

  private InForce inForce(Trust trust) {
    Warnings warnings = new Warnings(heard.warnings::add, nanos::get);
    SnapshotStore store = new SnapshotStore(directory, trust, heard.warnings::add);
    return new InForce(
        new SnapshotKeeper(store, Runnable::run, warnings, nanos::get),
        trust,
        heard.delivered::add,
        warnings,
        refusals);
  }

  private static Snapshot revision(long revision) {
    return Samples.snapshot(1, revision, Samples.full()).validUntil(NOW.plusSeconds(60));
  }

  private static String id(Snapshot snapshot) {
    return snapshot.epoch() + ":" + snapshot.revision();
  }

  private void offer(Snapshot snapshot, @Nullable Keys signer) {
    byte[] json = SnapshotCodec.write(snapshot);
    offer(snapshot, json, signer == null ? null : signer.sign(json));
  }

  private void offer(Snapshot snapshot, byte[] json, @Nullable String signature) {
    inForce.offer(new InForce.Document(id(snapshot), json, signature));
  }

  private void assertRefused(Snapshot before, String reason) {
    assertThat(inForce.snapshot()).isEqualTo(before);
    assertThat(refusals.list())
        .last()
        .satisfies(
            refusal -> {
              assertThat(refusal.reason()).contains(reason);
              assertThat(refusal.at()).isEqualTo(NOW);
            });
  }

  @Test
  void signedByEitherKey_isTaken_andKeptAcrossARestart() throws Exception {
    offer(revision(1), active);
    offer(revision(2), next);

    assertThat(heard.delivered).containsExactly(revision(1), revision(2));
    assertThat(refusals.list()).isEmpty();
    inForce = inForce(new Trust(PinnedKeys.of(next.pin()), "prod"));
    inForce.restore();
    assertThat(inForce.snapshot()).isEqualTo(revision(2));
    assertThat(inForce.id()).startsWith("1:2:");
  }

  @Test
  void unsigned_isRefused() {
    offer(revision(1), active);

    offer(revision(2), null);

    assertRefused(revision(1), "it is not signed");
    assertThat(refusals.list().get(0).epoch()).isEqualTo(1);
    assertThat(refusals.list().get(0).revision()).isEqualTo(2);
    assertThat(heard.warnings)
        .hasSize(1)
        .first()
        .asString()
        .contains("refused, 1:1 stays in force");
  }

  @Test
  void anyBitFlipped_isRefused() {
    offer(revision(1), active);
    byte[] json = SnapshotCodec.write(revision(2));
    String signature = active.sign(json);
    for (int i = 0; i < json.length; i++) {
      byte[] flipped = json.clone();
      flipped[i] ^= (byte) (1 << (i % 8));
      offer(revision(2), flipped, signature);
      assertThat(inForce.snapshot()).as("flipped at %d", i).isEqualTo(revision(1));
    }
    assertRefused(revision(1), "is wrong");
    assertThat(refusals.list()).hasSize(1);
    assertThat(refusals.list().get(0).times()).isEqualTo(json.length);
    assertThat(heard.warnings).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "ed25519", "ed25519 0123456789abcdef !!", "rsa 0123456789abcdef AA=="})
  void signatureThatIsNone_isRefused(String signature) {
    offer(revision(1), SnapshotCodec.write(revision(1)), signature);

    assertRefused(Snapshot.EMPTY, "its signature is not understood");
  }

  @Test
  void unknownKey_isRefused_andNamed() throws Exception {
    Keys stranger = new Keys();

    offer(revision(1), stranger);

    assertRefused(Snapshot.EMPTY, "signed with the key " + stranger.id());
  }

  @Test
  void unknownKey_thatCallsItselfAKnownOne_isRefused() throws Exception {
    Keys stranger = new Keys();
    byte[] json = SnapshotCodec.write(revision(1));

    offer(revision(1), json, stranger.sign(json).replace(stranger.id(), active.id()));

    assertRefused(Snapshot.EMPTY, "is wrong");
  }

  @Test
  void anotherEnvironment_isRefused_evenAsTheFirst() {
    inForce = inForce(new Trust(PinnedKeys.of(active.pin()), "staging"));

    offer(revision(1), active);

    assertRefused(Snapshot.EMPTY, "the environment \"prod\", this agent's is \"staging\"");
  }

  @Test
  void olderRevision_thatWasSignedOnce_isRefused() {
    offer(revision(5), active);

    offer(revision(4), active);

    assertRefused(revision(5), "1:4, older than 1:5");
  }

  @Test
  void signedAnew_isTaken_withoutANewRevision_butNeverBack() {
    offer(revision(1), active);
    String before = inForce.id();
    Snapshot renewed = revision(1).validUntil(NOW.plusSeconds(120));

    offer(renewed, active);
    assertThat(inForce.snapshot().validUntil()).isEqualTo(NOW.plusSeconds(120));
    assertThat(inForce.id()).startsWith("1:1:").isNotEqualTo(before);
    offer(revision(1), active);

    assertThat(inForce.snapshot().validUntil()).isEqualTo(NOW.plusSeconds(120));
    assertThat(inForce.isKnown("1:1", active.sign(SnapshotCodec.write(renewed)))).isTrue();
    assertThat(inForce.isKnown("1:1", null)).isFalse();
  }

  // It is all that a server has whose clock was ahead for a while.
  @Test
  void signedAnewForLessLong_isToldAndNotSentAgain() {
    String earlier = active.sign(SnapshotCodec.write(revision(1)));
    Snapshot renewed = revision(1).validUntil(NOW.plusSeconds(120));
    offer(renewed, active);
    String before = inForce.id();
    assertThat(inForce.isKnown("1:1", earlier)).isFalse();

    offer(revision(1), active);
    assertThat(heard.warnings).last().asString().contains("1:1 with an earlier end");
    assertThat(inForce.isKnown("1:1", earlier)).isTrue();
    assertThat(inForce.id()).isEqualTo(SnapshotSignature.parse(earlier).tag("1:1"));

    offer(renewed, active);
    assertThat(inForce.id()).isEqualTo(before);
    assertThat(inForce.isKnown("1:1", earlier)).isFalse();
  }

  @Test
  void expired_staysInForce_andIsToldOnce() {
    offer(revision(1), active);

    inForce.look(NOW.plusSeconds(60));
    assertThat(heard.warnings).isEmpty();
    inForce.look(NOW.plusSeconds(61));
    nanos.addAndGet(Duration.ofMinutes(5).toNanos());
    inForce.look(NOW.plusSeconds(400));

    assertThat(heard.warnings)
        .hasSize(1)
        .first()
        .asString()
        .contains("valid until 2026-01-01T12:01:00Z");
    assertThat(inForce.snapshot()).isEqualTo(revision(1));
    offer(revision(2).validUntil(NOW.minusSeconds(1)), active);
    assertThat(inForce.snapshot().revision()).isEqualTo(2);
  }

  @Test
  void keptFile_isVerifiedAgain() throws Exception {
    offer(revision(1), active);
    offer(revision(2), active);
    Path newest = directory.resolve("snapshot.0");
    // Whole by its checksum, and forged.
    byte[] forged = SnapshotCodec.write(revision(3));
    inForce(Trust.ANY).offer(new InForce.Document("1:3", forged, "none"));
    assertThat(Files.readString(newest)).startsWith("turnout-snapshot 1 ");

    inForce = inForce(new Trust(PinnedKeys.of(active.pin()), "prod"));
    inForce.restore();

    assertThat(inForce.snapshot()).isEqualTo(revision(2));
    assertThat(heard.warnings)
        .hasSize(1)
        .first()
        .asString()
        .contains("snapshot.0 is refused", "not signed");
  }

  @Test
  void keptFile_byAKeyNoLongerPinned_isNotRestored() {
    offer(revision(1), active);

    inForce = inForce(new Trust(PinnedKeys.of(next.pin()), "prod"));
    inForce.restore();

    assertThat(inForce.snapshot()).isEqualTo(Snapshot.EMPTY);
  }

  @Test
  void keptFile_isReadWithoutPinnedKeysToo() {
    offer(revision(1), active);

    inForce = inForce(Trust.ANY);
    inForce.restore();

    assertThat(inForce.snapshot()).isEqualTo(revision(1));
  }

  @Test
  void keptFile_ofWhichAFlagWasNotUnderstood_keepsItsLastGoodForm() {
    offer(revision(1), active);
    byte[] bad =
        new String(SnapshotCodec.write(revision(2)), UTF_8)
            .replace("\"percentage\":", "\"percentage\":1")
            .getBytes(UTF_8);
    offer(revision(2), bad, active.sign(bad));
    Snapshot before = inForce.snapshot();
    assertThat(before.revision()).isEqualTo(2);

    inForce = inForce(new Trust(PinnedKeys.of(active.pin()), "prod"));
    inForce.restore();

    assertThat(inForce.snapshot()).isEqualTo(before);
    assertThat(before.flags()).isEqualTo(revision(1).flags());
    assertThat(refusals.list())
        .singleElement()
        .satisfies(
            refusal -> assertThat(refusal.reason()).startsWith("only in part: flag full: perc"));
  }

  @Test
  void keysFile_isReadAgain_andRefusesAllWhileItIsMissing() throws Exception {
    Path file = directory.resolve("keys");
    inForce = inForce(new Trust(PinnedKeys.in(file), ""));
    offer(revision(1), active);
    assertRefused(Snapshot.EMPTY, "keys does not exist");
    Files.writeString(file, "# retired\n" + next.pin() + "\n");
    offer(revision(1), active);
    assertRefused(Snapshot.EMPTY, "pinned are [" + next.id() + "]");

    Files.writeString(file, "# both\n" + next.pin() + "\n" + active.pin() + " # active\n");
    offer(revision(1), active);

    assertThat(inForce.snapshot()).isEqualTo(revision(1));
  }

  @Test
  void keysThatAreNone_refuseAll_andAreNotQuoted() {
    inForce = inForce(new Trust(PinnedKeys.of(active.pin() + ",s3cret"), ""));

    offer(revision(1), active);

    assertRefused(Snapshot.EMPTY, "number 2 is no Ed25519 public key");
    assertThat(heard.warnings.toString()).doesNotContain("s3cret");
  }

  @Test
  void refusals_areFew_andForgottenAfterAnHour() {
    for (int i = 1; i <= 30; i++) {
      offer(revision(i), null);
    }
    assertThat(refusals.list()).extracting(Report.Refusal::revision).hasSize(10).endsWith(29L, 30L);

    nanos.addAndGet(Duration.ofMinutes(61).toNanos());

    assertThat(refusals.list()).isEmpty();
  }

  @Test
  void overStreamAndPoll_signedIsTaken_forgedIsNot_andIsReported() throws Exception {
    Snapshot first = revision(1);
    Snapshot forged = revision(2);
    Snapshot polled = revision(3);
    List<String> asked = new ArrayList<>();
    try (FakeServer server = new FakeServer()) {
      server.stream = FakeServer.signedEvents(active, first, forged);
      // Not before the stream has had its turn: what it offers is older.
      server.poll = FakeServer.status(304);
      FakeServer.Answer third =
          exchange -> {
            asked.add(String.valueOf(exchange.getRequestHeaders().getFirst("If-None-Match")));
            exchange
                .getResponseHeaders()
                .set("Turnout-Signature", active.sign(SnapshotCodec.write(polled)));
            FakeServer.snapshot(polled).to(exchange);
          };
      Trust trust = new Trust(PinnedKeys.of(active.pin() + ";" + next.pin()), "prod");
      ControlClient.Settings settings =
          new ControlClient.Settings(
              server.uri(),
              () -> "secret",
              new Host("game", "g", ""),
              null,
              timing(),
              trust,
              ClientTls.DEFAULT);
      try (ControlClient client = new ControlClient(settings, heard)) {
        client.start();
        await().until(() -> !client.refused().isEmpty());
        assertThat(client.refused().get(0).revision()).isEqualTo(2);
        assertThat(client.refused().get(0).reason()).contains("is wrong");
        server.poll = third;
        await().until(() -> client.snapshot().equals(polled));
        assertThat(heard.delivered).containsExactly(first, polled);
        await().until(() -> asked.stream().anyMatch(tag -> tag.startsWith("\"1:3:")));
      }
    }
  }

  private static Timing timing() {
    Duration soon = Duration.ofMillis(300);
    Duration patience = Duration.ofSeconds(20);
    return new Timing(soon, soon, soon, soon, patience, patience, patience, patience, patience);
  }
}
