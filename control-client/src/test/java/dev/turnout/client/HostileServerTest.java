package dev.turnout.client;

import static dev.turnout.client.FakeServer.events;
import static dev.turnout.client.FakeServer.snapshot;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.client.codec.Samples;
import dev.turnout.client.signing.Trust;
import dev.turnout.client.tls.ClientTls;
import dev.turnout.flags.Host;
import dev.turnout.flags.Snapshot;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whatever a server sends, a client in a process with little memory refuses it with a reason, keeps
 * what it has, and takes what is good right after.
 */
class HostileServerTest {
  /** What the documents of half a gigabyte and more do not fit in. */
  private static final String HEAP = "-Xmx384m";

  private static final int MEGABYTE = 1 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<String> said = new CopyOnWriteArrayList<>();
  private FakeServer server;
  private Process process;

  @BeforeEach
  void start() throws IOException {
    server = new FakeServer();
    server.stream = events(false);
    server.poll = snapshot(revision(1));
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                Client.class.getName(),
                server.uri().toString())
            .redirectErrorStream(true)
            .start();
    BufferedReader lines = process.inputReader(UTF_8);
    Thread reader = new Thread(() -> lines.lines().forEach(said::add), "reader");
    reader.setDaemon(true);
    reader.start();
  }

  @AfterEach
  void stop() {
    process.destroyForcibly();
    server.close();
  }

  private static Snapshot revision(long revision) {
    return Samples.snapshot(1, revision, Samples.full());
  }

  private static FakeServer.Answer body(byte[] body) {
    return exchange -> {
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    };
  }

  private static FakeServer.Answer body(String body) {
    return body(body.getBytes(UTF_8));
  }

  /** A document of the next revision with something in place of the flags. */
  private static String with(String flags) {
    return "{\"env\":\"prod\",\"epoch\":1,\"revision\":1000,\"flags\":" + flags + "}";
  }

  private static FakeServer.Answer blanks(int megabytes, boolean compressed) {
    return exchange -> {
      if (compressed) {
        exchange.getResponseHeaders().set("Content-Encoding", "gzip");
      }
      exchange.sendResponseHeaders(200, 0);
      OutputStream body = exchange.getResponseBody();
      try (OutputStream out = compressed ? new GZIPOutputStream(body) : body) {
        write(out, " ", megabytes);
      }
    };
  }

  private static void write(OutputStream out, String text, int megabytes) throws IOException {
    byte[] piece = text.repeat(MEGABYTE / text.length()).getBytes(UTF_8);
    for (int i = 0; i < megabytes; i++) {
      out.write(piece);
    }
  }

  private static FakeServer.Answer stream(String text) {
    return exchange -> {
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      exchange.getResponseHeaders().set("Content-Encoding", "gzip");
      exchange.sendResponseHeaders(200, 0);
      try (OutputStream out = new GZIPOutputStream(exchange.getResponseBody())) {
        out.write("event: snapshot\ndata: ".getBytes(UTF_8));
        write(out, text, 1_024);
      }
    };
  }

  private static Map<String, FakeServer.Answer> documents() {
    Map<String, FakeServer.Answer> documents = new LinkedHashMap<>();
    documents.put("1 MB of nothing", blanks(1, false));
    documents.put("63 MB of nothing", blanks(63, false));
    documents.put("1 GB of nothing", blanks(1_024, false));
    documents.put("1 GB, compressed", blanks(1_024, true));
    documents.put("a million flags", body(with("[" + "{},".repeat(999_999) + "{}]")));
    documents.put("a million names", body(with("[" + "{\"name\":\"f\"},".repeat(999_999) + "{}]")));
    documents.put("60 MB of lists", body(with("[" + "[],".repeat(20_000_000) + "[]]")));
    documents.put("10,000 deep", body(with("[".repeat(10_000) + "]".repeat(10_000))));
    documents.put("a text of 60 MB", body(with("\"" + "x".repeat(60 * MEGABYTE) + "\"")));
    documents.put("a key of 60 MB", body("{\"" + "x".repeat(60 * MEGABYTE) + "\":1}"));
    documents.put("a number of 60 MB", body("{\"epoch\":" + "9".repeat(60 * MEGABYTE) + "}"));
    documents.put("keys twice", body(with("[],\"flags\":[]")));
    documents.put("1e999", body(with("[]").replace("1000", "1e999")));
    documents.put("1e-999999999", body(with("[]").replace("1000", "1e-999999999")));
    documents.put("NaN", body(with("[]").replace("1000", "NaN")));
    return documents;
  }

  private void awaitTaken(long revision) {
    await()
        .atMost(PATIENCE)
        .until(() -> said.contains("snapshot " + revision) || !process.isAlive());
    assertThat(process.isAlive()).as(said.toString()).isTrue();
  }

  @Test
  void documentsOfEveryKind_areRefusedWithAReason_inBoundedMemory() {
    long revision = 1;
    awaitTaken(revision);
    for (Map.Entry<String, FakeServer.Answer> document : documents().entrySet()) {
      int before = server.polls.get();
      server.poll = document.getValue();
      // The second one shows that it is done with the first.
      await().atMost(PATIENCE).until(() -> server.polls.get() > before + 1 || !process.isAlive());
      assertThat(process.isAlive()).as(document.getKey() + said).isTrue();
      assertThat(said).as(document.getKey()).doesNotContain("snapshot 1000");

      revision++;
      server.poll = snapshot(revision(revision));
      awaitTaken(revision);
    }
  }

  @Test
  void streamsThatDoNotEnd_areCutOff_inBoundedMemory() {
    awaitTaken(1);
    long revision = 1;
    // One line, and lines without end.
    for (String text : List.of("x", "x\ndata: ")) {
      int before = server.streams.get();
      server.stream = stream(text);
      await().atMost(PATIENCE).until(() -> server.streams.get() > before + 1 || !process.isAlive());
      revision++;
      server.stream = events(false, revision(revision));
      awaitTaken(revision);
    }
  }

  @Test
  void deltasThatWouldFillTheMemory_areRefused_inBoundedMemory() {
    awaitTaken(1);
    int size = 60 * MEGABYTE;
    String pieces = ("[0," + size + "],").repeat(9_999) + "[0,1]";
    server.stream =
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
          exchange.getResponseHeaders().set("Content-Encoding", "gzip");
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream out = new GZIPOutputStream(exchange.getResponseBody())) {
            for (int i = 0; i < 2; i++) {
              out.write("event: snapshot\nid: 1:1000\ndata: ".getBytes(UTF_8));
              write(out, "x", 60);
              out.write("\n\n".getBytes(UTF_8));
            }
            out.write(
                ("event: delta\nid: 1:1001\ndata: {\"from\":\"1:1000\",\"length\":"
                        + size
                        + ",\"crc32\":1,\"parts\":["
                        + pieces
                        + "]}\n\n")
                    .getBytes(UTF_8));
          }
        };
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                server.queries.stream().anyMatch(query -> !query.contains("delta"))
                    || !process.isAlive());
    server.stream = events(false, revision(2));
    awaitTaken(2);
  }

  /** What runs in the process. */
  static final class Client {
    private static final Duration SOON = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Client() {}

    public static void main(String[] arguments) throws InterruptedException {
      ControlClient client =
          new ControlClient(
              new ControlClient.Settings(
                  URI.create(arguments[0]),
                  () -> "secret",
                  new Host("game", "game-1", "eu"),
                  null,
                  new Timing(
                      SOON, SOON, SOON, SOON, PATIENCE, PATIENCE, PATIENCE, PATIENCE, PATIENCE),
                  Trust.ANY,
                  ClientTls.DEFAULT),
              new ControlClient.Listener() {
                @Override
                public void snapshot(Snapshot snapshot) {
                  System.out.println("snapshot " + snapshot.revision());
                }

                @Override
                public void warning(String text) {
                  System.out.println("warning " + text);
                }
              });
      client.start();
      while (true) {
        client.look();
        Thread.sleep(50);
      }
    }
  }
}
