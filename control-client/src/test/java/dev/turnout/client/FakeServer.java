package dev.turnout.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.flags.Snapshot;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A control server's agent side, with faults to order. */
final class FakeServer implements AutoCloseable {
  /** A way of answering. */
  interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  final AtomicInteger streams = new AtomicInteger();
  final AtomicInteger polls = new AtomicInteger();
  final List<String> lastEventIds = new CopyOnWriteArrayList<>();
  final List<String> queries = new CopyOnWriteArrayList<>();
  final List<String> reports = new CopyOnWriteArrayList<>();
  volatile Answer stream = status(404);
  volatile Answer poll = status(404);
  volatile Answer report = status(202);
  private final HttpServer server;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "server");
            thread.setDaemon(true);
            return thread;
          });

  FakeServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.setExecutor(threads);
    server.createContext(
        "/agent/v1/stream",
        exchange -> {
          streams.incrementAndGet();
          queries.add(exchange.getRequestURI().getQuery());
          lastEventIds.add(String.valueOf(exchange.getRequestHeaders().getFirst("Last-Event-ID")));
          answer(exchange, stream);
        });
    server.createContext(
        "/agent/v1/snapshot",
        exchange -> {
          polls.incrementAndGet();
          answer(exchange, poll);
        });
    server.createContext(
        "/agent/v1/reports",
        exchange -> {
          reports.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
          answer(exchange, report);
        });
    server.start();
  }

  private static void answer(HttpExchange exchange, Answer answer) throws IOException {
    try (exchange) {
      if ("Bearer secret".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        answer.to(exchange);
      } else {
        status(401).to(exchange);
      }
    }
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  static Answer status(int status) {
    return exchange -> exchange.sendResponseHeaders(status, -1);
  }

  /** Sends these snapshots as events and closes the stream, or keeps it open. */
  static Answer events(boolean stayOpen, Snapshot... snapshots) {
    return exchange -> {
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      exchange.sendResponseHeaders(200, 0);
      OutputStream out = exchange.getResponseBody();
      for (Snapshot snapshot : snapshots) {
        String id = snapshot.epoch() + ":" + snapshot.revision();
        out.write(("event: snapshot\nid: " + id + "\ndata: ").getBytes(UTF_8));
        out.write(SnapshotCodec.write(snapshot));
        out.write("\n\n".getBytes(UTF_8));
        out.flush();
      }
      while (stayOpen) {
        out.write(": alive\n\n".getBytes(UTF_8));
        out.flush();
        pause(100);
      }
    };
  }

  /** Sends a snapshot that is signed, then one with the signature of the first. */
  static Answer signedEvents(Keys signer, Snapshot signed, Snapshot forged) {
    return exchange -> {
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      exchange.sendResponseHeaders(200, 0);
      OutputStream out = exchange.getResponseBody();
      String signature = signer.sign(SnapshotCodec.write(signed));
      for (Snapshot snapshot : List.of(signed, forged)) {
        out.write(("event: signature\ndata: " + signature + "\n\n").getBytes(UTF_8));
        String id = snapshot.epoch() + ":" + snapshot.revision();
        out.write(("event: snapshot\nid: " + id + "\ndata: ").getBytes(UTF_8));
        out.write(SnapshotCodec.write(snapshot));
        out.write("\n\n".getBytes(UTF_8));
        out.flush();
      }
      pause(60_000);
    };
  }

  static Answer snapshot(Snapshot snapshot) {
    return exchange -> {
      String tag = "\"" + snapshot.epoch() + ":" + snapshot.revision() + "\"";
      if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
        exchange.sendResponseHeaders(304, -1);
        return;
      }
      byte[] json = SnapshotCodec.write(snapshot);
      exchange.getResponseHeaders().set("ETag", tag);
      exchange.sendResponseHeaders(200, json.length);
      exchange.getResponseBody().write(json);
    };
  }

  static void pause(long millis) throws IOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
