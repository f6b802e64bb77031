package dev.turnout.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.turnout.client.ControlClient;
import dev.turnout.client.Timing;
import dev.turnout.client.signing.PinnedKeys;
import dev.turnout.client.signing.Trust;
import dev.turnout.client.signing.UntrustedException;
import dev.turnout.client.tls.ClientTls;
import dev.turnout.flags.Host;
import dev.turnout.flags.Report;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.ControlServer.Settings;
import dev.turnout.server.ControlServer.SigningFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What the server signs, with what, and what agents make of it. */
final class SigningTest extends WithServer {
  private String pin(int index) {
    return served
        .get("/signing-keys")
        .is(200)
        .json()
        .get("keys")
        .get(index)
        .get("public_key")
        .stringValue();
  }

  private Served.Answer snapshot(@Nullable String tag) {
    var request = served.request(served.agent, "/agent/v1/snapshot?service=game");
    if (tag != null) {
      request.header("If-None-Match", '"' + tag + '"');
    }
    return served.send(request.build());
  }

  private static String signature(Served.Answer answer) {
    return answer.response().headers().firstValue("Turnout-Signature").orElseThrow();
  }

  @Test
  void firstStart_makesTwoKeys_forTheOwnerOnly() throws Exception {
    for (String name : List.of("signing.key", "signing-next.key")) {
      assertThat(Files.getPosixFilePermissions(data.resolve(name)))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }
    JsonNode keys = served.get("/signing-keys").is(200).json().get("keys");
    assertThat(keys.findValuesAsString("use")).containsExactly("active", "next");
    assertThat(keys.get(0).get("id").stringValue()).matches("[0-9a-f]{16}");
    assertThat(pin(0)).hasSize(60).isNotEqualTo(pin(1));
    assertThat(Files.readString(data.resolve("signing.key")))
        .contains(pin(0))
        .doesNotContain(pin(1));
  }

  @Test
  void keys_outliveARestart() throws Exception {
    List<String> before = List.of(pin(0), pin(1));

    served.close();
    served = Served.in(data);

    assertThat(List.of(pin(0), pin(1))).isEqualTo(before);
  }

  @Test
  void snapshot_isSignedToTheByte_andSaysHowLongItIsValid() throws Exception {
    Served.Answer answer = snapshot(null).is(200);
    byte[] document = answer.body().getBytes(UTF_8);

    PinnedKeys.of(pin(0)).check(document, signature(answer));

    assertThatThrownBy(() -> PinnedKeys.of(pin(1)).check(document, signature(answer)))
        .isInstanceOf(UntrustedException.class);
    Duration valid =
        Duration.between(
            Instant.now(), Instant.parse(answer.json().get("validUntil").stringValue()));
    assertThat(valid).isBetween(Duration.ofHours(17), Duration.ofHours(24));
  }

  @Test
  void snapshot_isKnownByItsTag_andToAgentsThatKnowOfNone() {
    Served.Answer answer = snapshot(null).is(200);
    String tag = signature(answer).split(" ")[2].substring(0, 16);
    String id = answer.response().headers().firstValue("ETag").orElseThrow().replace("\"", "");

    snapshot(id).is(304);
    snapshot(id + ":" + tag).is(304);
    snapshot(id + ":" + "A".repeat(16)).is(200);
  }

  @Test
  void stream_hasTheSignatureBeforeTheSnapshot() throws Exception {
    try (EventReader reader =
        new EventReader(
            served.request(served.agent, "/agent/v1/stream?service=game&instance=g").build())) {
      await().until(() -> !reader.snapshots.isEmpty());
      assertThat(reader.signatures).containsExactly(signature(snapshot(null)));
    }
  }

  @Test
  void rotation_agentsWithBothKeysGoOn_andThoseWithTheOldOneSaySo() throws Exception {
    served.put("/feature-flags/x", "{\"percentage\": 1}").is(201);
    Listener both = new Listener();
    Listener old = new Listener();
    try (ControlClient first = client("both", pin(0) + " " + pin(1), both);
        ControlClient second = client("old", pin(0), old)) {
      await()
          .until(() -> first.snapshot().flag("x") != null && second.snapshot().flag("x") != null);
      Snapshot before = second.snapshot();

      rotate();

      served.put("/feature-flags/x", "{\"percentage\": 2}").is(200);
      await().until(() -> first.snapshot().revision() > before.revision());
      await().until(() -> !second.refused().isEmpty());
      assertThat(second.snapshot()).isEqualTo(before);
      assertThat(first.refused()).isEmpty();
      await().untilAsserted(this::assertRefusalIsShown);
    }
  }

  // As the documentation says that it is done.
  private void rotate() throws IOException {
    int port = served.server.port();
    String next = pin(1);
    served.close();
    Files.move(data.resolve("signing.key"), data.resolve("signing-retired.key"));
    Files.move(data.resolve("signing-next.key"), data.resolve("signing.key"));
    served =
        Served.in(
            data,
            new Settings(Settings.LOOPBACK, port, data, "default").on(TestStore.database(data)),
            ControlServer.Tuning.DEFAULT);
    assertThat(pin(0)).isEqualTo(next).isNotEqualTo(pin(1));
  }

  private void assertRefusalIsShown() {
    JsonNode agents = served.get("/agents").is(200).json().get("agents");
    assertThat(agents.findValuesAsString("instance")).containsExactly("both", "old");
    assertThat(agents.get(0).get("refused")).isEmpty();
    assertThat(agents.get(0).get("expired").booleanValue()).isFalse();
    assertThat(agents.get(0).get("age_seconds").longValue()).isBetween(0L, 60L);
    assertThat(agents.get(1).get("refused")).isNotEmpty();
    JsonNode refused = agents.get(1).get("refused").get(0);
    assertThat(refused.get("reason").stringValue()).contains("it is signed with the key");
    assertThat(refused.get("epoch").longValue()).isEqualTo(1);
    assertThat(Instant.parse(refused.get("at").stringValue()))
        .isBefore(Instant.now().plusSeconds(1));
  }

  private ControlClient client(String instance, String pins, Listener listener) {
    Duration soon = Duration.ofMillis(300);
    Duration patience = Duration.ofSeconds(20);
    Timing timing =
        new Timing(soon, soon, soon, soon, patience, patience, patience, patience, patience);
    ControlClient client =
        new ControlClient(
            new ControlClient.Settings(
                URI.create(served.server.url()),
                () -> served.agent,
                new Host("game", instance, ""),
                null,
                timing,
                new Trust(PinnedKeys.of(pins), "default"),
                ClientTls.DEFAULT),
            listener);
    client.report(soon, new Reports(client, instance));
    client.start();
    return client;
  }

  /** Reports as an agent does. */
  private static final class Reports implements ControlClient.Reports {
    private final ControlClient client;
    private final String instance;
    private long sequence;

    Reports(ControlClient client, String instance) {
      this.client = client;
      this.instance = instance;
    }

    @Override
    public Report next() {
      Snapshot snapshot = client.snapshot();
      return new Report(
          new Host("game", instance, ""),
          "boot",
          ++sequence,
          "1",
          snapshot.epoch(),
          snapshot.revision(),
          List.of(),
          List.of(),
          List.of(),
          new Report.Delivery(snapshot.issuedAt(), snapshot.validUntil(), client.refused()));
    }

    @Override
    public Duration sent(ControlClient.Sent sent) {
      return Duration.ofMillis(300);
    }
  }

  private static final class Listener implements ControlClient.Listener {
    @Override
    public void snapshot(Snapshot snapshot) {}

    @Override
    public void warning(String text) {}
  }

  @Test
  void keyThatIsGiven_isUsed_andNoOtherAnnounced() throws Exception {
    Path file = data.resolve("signing-next.key");
    String next = pin(1);
    served.close();

    served = Served.in(data, settings(file, null), ControlServer.Tuning.DEFAULT);

    JsonNode keys = served.get("/signing-keys").json().get("keys");
    assertThat(keys).hasSize(1);
    assertThat(pin(0)).isEqualTo(next);
    served.close();
    served =
        Served.in(data, settings(file, data.resolve("signing.key")), ControlServer.Tuning.DEFAULT);
    assertThat(served.get("/signing-keys").json().get("keys")).hasSize(2);
  }

  private Settings settings(@Nullable Path active, @Nullable Path next) {
    return new Settings(Settings.LOOPBACK, 0, data, "default")
        .signedWith(new SigningFiles(active, next));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"})
  void keyThatIsNone_keepsTheServerFromStarting_andIsNotQuoted(String content) throws Exception {
    Path file = Files.writeString(data.resolve("other.key"), content);
    served.close();

    assertThatThrownBy(() -> ControlServer.start(settings(file, null)))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("the signing key " + file + " cannot be used")
        .hasMessageNotContaining("AAAA");
  }

  @Test
  void keysThatAreNoPair_keepTheServerFromStarting() throws Exception {
    String one = Files.readString(data.resolve("signing.key"));
    String other = Files.readString(data.resolve("signing-next.key"));
    Path file = data.resolve("mixed.key");
    Files.writeString(
        file,
        one.substring(0, one.indexOf("-----BEGIN PUBLIC"))
            + other.substring(other.indexOf("-----BEGIN PUBLIC")));
    served.close();

    assertThatThrownBy(() -> ControlServer.start(settings(file, null)))
        .hasMessageContaining("mixed.key cannot be used");
  }
}
