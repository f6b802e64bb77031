package dev.turnout.server;

import dev.turnout.client.codec.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/** A reader of {@code /events}, in a thread of its own, that parses as browsers do. */
final class LiveEvents implements AutoCloseable {
  final List<Event> events = new CopyOnWriteArrayList<>();
  final AtomicInteger comments = new AtomicInteger();
  volatile String lastId = "";
  volatile boolean ended;

  private final InputStream body;

  /** What came with data. */
  record Event(String id, String name, JsonNode data) {}

  LiveEvents(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<InputStream> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofInputStream());
    if (response.statusCode() != 200) {
      throw new AssertionError("status " + response.statusCode());
    }
    body = response.body();
    Thread thread = new Thread(this::read, "live-events");
    thread.setDaemon(true);
    thread.start();
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
      String line;
      String name = "";
      String id = "";
      String data = "";
      while ((line = lines.readLine()) != null) {
        if (line.startsWith(":")) {
          comments.incrementAndGet();
        } else if (line.startsWith("event: ")) {
          name = line.substring(7);
        } else if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("data: ")) {
          data = line.substring(6);
        } else if (line.isEmpty()) {
          lastId = id;
          if (!data.isEmpty()) {
            JsonNode json = Json.parse(data.getBytes(StandardCharsets.UTF_8));
            events.add(new Event(id, name, json));
          }
          name = "";
          data = "";
        }
      }
    } catch (IOException e) {
      // The end of the connection, as much as the end of the stream.
      ended = true;
    }
    ended = true;
  }

  /** The names of the events, in their order. */
  List<String> names() {
    return events.stream().map(Event::name).toList();
  }

  /** The numbers of the events, in their order; without those that have none. */
  List<Long> numbers() {
    return events.stream()
        .filter(event -> event.data().has("seq"))
        .map(event -> event.data().get("seq").longValue())
        .toList();
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
