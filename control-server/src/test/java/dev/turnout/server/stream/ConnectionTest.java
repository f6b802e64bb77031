package dev.turnout.server.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.client.codec.SnapshotDelta;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.signing.Signer;
import dev.turnout.server.signing.SigningKey;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is sent a delta: whoever asked for them and was just sent what it is from. */
final class ConnectionTest {
  private static final Instant AT = Instant.parse("2026-01-01T10:00:00Z");
  private static final Connection.Form DELTAS = new Connection.Form(false, true);

  @TempDir Path directory;
  private final Reader reader = new Reader();
  private Signer signer;
  private Signer later;
  private Published first;
  private Published second;

  @BeforeEach
  void publish() throws Exception {
    SigningKey key = SigningKey.create(directory.resolve("key"));
    signer = new Signer(key, null, Clock.fixed(AT, ZoneOffset.UTC));
    later = new Signer(key, null, Clock.fixed(AT.plus(Duration.ofHours(6)), ZoneOffset.UTC));
    first = published(1, signer, null);
    second = published(2, signer, first);
  }

  private static Published published(long revision, Signer signer, @Nullable Published before) {
    Map<String, Flag> flags = new TreeMap<>();
    for (int i = 0; i < 20; i++) {
      Flag flag = Flag.named("f" + i).edit().percentage(i == 7 ? revision : 0).done();
      flags.put(flag.name(), flag);
    }
    return new Published(
        new Snapshot("prod", 1, revision, AT, CanaryMode.OFF, Map.of(), flags), signer, before);
  }

  private Connection connection(Connection.Form form) {
    AsyncContext context =
        (AsyncContext)
            Proxy.newProxyInstance(
                AsyncContext.class.getClassLoader(),
                new Class<?>[] {AsyncContext.class},
                (proxy, method, arguments) -> null);
    return new Connection(context, reader, "game/g", form, () -> {});
  }

  /** Takes what is written, or does not. */
  private static final class Reader extends ServletOutputStream {
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private boolean ready = true;

    @Override
    public boolean isReady() {
      return ready;
    }

    @Override
    public void setWriteListener(WriteListener listener) {}

    @Override
    public void write(int b) {
      taken.write(b);
    }

    /** What was sent so far: {@code snapshot 1:1} or {@code delta 1:2}. */
    List<String> events() {
      return lines("event: ", "id: ");
    }

    private List<String> lines(String first, String second) {
      List<String> events = new ArrayList<>();
      String type = "";
      for (String line : taken.toString(UTF_8).split("\n", -1)) {
        if (line.startsWith(first)) {
          type = line.substring(first.length());
        } else if (line.startsWith(second)) {
          events.add(type + " " + line.substring(second.length()));
        }
      }
      return events;
    }

    /** The data of the last event. */
    String data() {
      String text = taken.toString(UTF_8);
      return text.substring(text.lastIndexOf("data: ") + 6).strip();
    }
  }

  @Test
  void next_afterWhatItIsFrom_isADelta_signedAsTheWhole() {
    Connection connection = connection(DELTAS);
    connection.onWritePossible();
    connection.offer(first);
    connection.offer(second);

    assertThat(reader.events()).containsExactly("snapshot 1:1", "delta 1:2");
    assertThat(SnapshotDelta.apply(reader.data(), "1:1", first.json())).isEqualTo(second.json());
    assertThat(reader.taken.toString(UTF_8))
        .contains("data: " + second.signature() + "\n\nevent: delta\nid: 1:2\n");
  }

  @Test
  void next_ofAReaderThatDidNotAsk_isWhole() {
    Connection connection = connection(new Connection.Form(false, false));
    connection.onWritePossible();
    connection.offer(first);
    connection.offer(second);

    assertThat(reader.events()).containsExactly("snapshot 1:1", "snapshot 1:2");
  }

  @Test
  void next_ofAReaderThatSkippedOne_isWhole_andADeltaAfterThat() {
    Published third = published(3, signer, second);
    Published fourth = published(4, signer, third);
    Connection connection = connection(DELTAS);
    connection.onWritePossible();
    connection.offer(first);
    reader.ready = false;
    connection.push();
    connection.offer(second);
    connection.offer(third);

    reader.ready = true;
    connection.onWritePossible();
    connection.offer(fourth);

    assertThat(reader.events()).containsExactly("snapshot 1:1", "snapshot 1:3", "delta 1:4");
    assertThat(SnapshotDelta.apply(reader.data(), "1:3", third.json())).isEqualTo(fourth.json());
  }

  @Test
  void next_afterAResume_isWhole() {
    Connection connection = connection(DELTAS);
    connection.resumeAt(first);
    connection.onWritePossible();
    connection.offer(second);

    assertThat(reader.events()).containsExactly("snapshot 1:2");
  }

  // A server that was started again, or its replica: the same revision, and yet not the same bytes.
  @Test
  void next_afterTheSameRevisionOfAnother_isWhole() {
    Connection connection = connection(DELTAS);
    connection.onWritePossible();
    connection.offer(published(1, signer, null));
    connection.offer(second);

    assertThat(reader.events()).containsExactly("snapshot 1:1", "snapshot 1:2");
  }

  @Test
  void next_signedAnew_isADelta_andSoIsTheOneFromIt() {
    Published renewed = published(1, later, first);
    Published afterwards = published(2, later, renewed);
    Connection connection = connection(DELTAS);
    connection.onWritePossible();
    connection.offer(first);

    connection.offer(renewed);
    assertThat(SnapshotDelta.apply(reader.data(), "1:1", first.json())).isEqualTo(renewed.json());
    assertThat(renewed.json()).isNotEqualTo(first.json());
    connection.offer(afterwards);

    assertThat(SnapshotDelta.apply(reader.data(), "1:1", renewed.json()))
        .isEqualTo(afterwards.json());
    assertThat(reader.events()).containsExactly("snapshot 1:1", "delta 1:1", "delta 1:2");
  }

  @Test
  void event_isMadeOnce_forAllReaders() {
    assertThat(second.event(first)).isSameAs(second.event(first)).isNotSameAs(second.event(null));
    assertThat(second.event(first).as(true)).isSameAs(second.event(first).as(true));
  }

  @Test
  void event_thatWouldBeNoSmaller_isWhole() {
    Published none = new Published(Snapshot.EMPTY, signer, null);
    Published all = published(1, signer, none);

    assertThat(all.event(none)).isSameAs(all.event(null));
  }
}
