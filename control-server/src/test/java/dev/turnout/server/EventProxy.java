package dev.turnout.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/** Passes on what an agent and a server say to each other, and sees every event of the stream. */
final class EventProxy implements AutoCloseable {
  /** What streams were asked for by, in their order. */
  final List<String> queries = new CopyOnWriteArrayList<>();

  /** What was sent by each stream: {@code snapshot 1:1} or {@code delta 1:2}. */
  final List<List<String>> streams = new CopyOnWriteArrayList<>();

  /** Changes what the server is asked. */
  volatile UnaryOperator<String> query = UnaryOperator.identity();

  /** Changes the data of deltas. */
  volatile UnaryOperator<String> delta = UnaryOperator.identity();

  private final HttpClient client = HttpClient.newHttpClient();
  private final String target;
  private final HttpServer server;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "event-proxy");
            thread.setDaemon(true);
            return thread;
          });

  EventProxy(String target) throws IOException {
    this.target = target;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.setExecutor(threads);
    server.createContext("/", this::pass);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void pass(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getRawPath();
    String asked = String.valueOf(exchange.getRequestURI().getRawQuery());
    boolean isStream = path.endsWith("/stream");
    if (isStream) {
      queries.add(asked);
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(target + path + "?" + query.apply(asked)))
            .method(
                exchange.getRequestMethod(),
                BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
    for (String name : List.of("Authorization", "Content-Type", "Last-Event-ID", "If-None-Match")) {
      String value = exchange.getRequestHeaders().getFirst(name);
      if (value != null) {
        request.header(name, value);
      }
    }
    try (exchange;
        InputStream body = send(request.build(), exchange);
        OutputStream out = exchange.getResponseBody()) {
      if (isStream) {
        passEvents(body, out);
      } else {
        body.transferTo(out);
      }
    }
  }

  private InputStream send(HttpRequest request, HttpExchange exchange) throws IOException {
    try {
      HttpResponse<InputStream> answer = client.send(request, BodyHandlers.ofInputStream());
      for (String name : List.of("Content-Type", "ETag", "Turnout-Signature")) {
        answer
            .headers()
            .firstValue(name)
            .ifPresent(value -> exchange.getResponseHeaders().set(name, value));
      }
      exchange.sendResponseHeaders(answer.statusCode(), 0);
      return answer.body();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private void passEvents(InputStream body, OutputStream out) throws IOException {
    List<String> events = new CopyOnWriteArrayList<>();
    streams.add(events);
    BufferedReader lines = new BufferedReader(new InputStreamReader(body, UTF_8));
    String type = "";
    String line;
    while ((line = lines.readLine()) != null) {
      String passed = line;
      if (line.startsWith("event: ")) {
        type = line.substring(7);
      } else if (line.startsWith("id: ")) {
        events.add(type + " " + line.substring(4));
      } else if (line.startsWith("data: ") && type.equals("delta")) {
        passed = "data: " + delta.apply(line.substring(6));
      }
      out.write((passed + "\n").getBytes(UTF_8));
      if (line.isEmpty()) {
        out.flush();
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
