package dev.turnout.server;

import dev.turnout.client.codec.Json;
import dev.turnout.client.codec.SnapshotDelta;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;

/** An agent's stream, read line by line in a thread of its own; deltas as what comes of them. */
final class EventReader implements AutoCloseable {
  final List<String> ids = new CopyOnWriteArrayList<>();
  final List<String> types = new CopyOnWriteArrayList<>();
  final List<JsonNode> snapshots = new CopyOnWriteArrayList<>();
  final List<String> signatures = new CopyOnWriteArrayList<>();
  final AtomicInteger comments = new AtomicInteger();
  volatile boolean ended;
  final String encoding;

  private final java.io.InputStream body;

  EventReader(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<java.io.InputStream> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofInputStream());
    if (response.statusCode() != 200) {
      throw new AssertionError("status " + response.statusCode());
    }
    encoding = response.headers().firstValue("Content-Encoding").orElse("");
    body = response.body();
    Thread thread = new Thread(this::read, "event-reader");
    thread.setDaemon(true);
    thread.start();
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(plain(), StandardCharsets.UTF_8))) {
      String line;
      String event = "";
      byte[] document = {};
      while ((line = lines.readLine()) != null) {
        if (line.startsWith(":")) {
          comments.incrementAndGet();
        } else if (line.startsWith("event: ")) {
          event = line.substring(7);
        } else if (line.startsWith("data: ") && event.equals("signature")) {
          signatures.add(line.substring(6));
        } else if (line.startsWith("id: ")) {
          ids.add(line.substring(4));
        } else if (line.startsWith("data: ")) {
          String data = line.substring(6);
          document =
              event.equals("delta")
                  ? SnapshotDelta.apply(data, ids.get(ids.size() - 2), document)
                  : data.getBytes(StandardCharsets.UTF_8);
          types.add(event);
          snapshots.add(Json.parse(document));
        }
      }
    } catch (IOException e) {
      // The end of the connection, as much as the end of the stream.
      ended = true;
    }
    ended = true;
  }

  private java.io.InputStream plain() throws IOException {
    if (!encoding.equals("gzip")) {
      return body;
    }
    return new GZIPInputStream(body) {
      // It would say that there is more, and whoever decodes characters wait for it.
      @Override
      public int available() {
        return 0;
      }
    };
  }

  @Override
  public void close() {
    try {
      body.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
