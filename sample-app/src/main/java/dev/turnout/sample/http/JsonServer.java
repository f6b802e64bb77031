package dev.turnout.sample.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.turnout.FlagContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * Serves routes with JSON bodies in snake case. Each request runs inside the {@link FlagContext} of
 * its headers {@code X-User} and {@code X-Ring}, so a flag is decided once per request.
 */
public final class JsonServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger("dev.turnout.sample.http");

  /** Enough for a few hundred calls per second that all take a few hundred milliseconds. */
  private static final int THREADS = 128;

  private final HttpServer server;
  private final ExecutorService executor;
  private final List<Route> routes;
  private final JsonMapper mapper =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private JsonServer(HttpServer server, List<Route> routes) {
    this.server = server;
    this.routes = List.copyOf(routes);
    AtomicInteger number = new AtomicInteger();
    this.executor =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "http-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Starts serving.
   *
   * @param address port 0 takes a free port, see {@link #port()}
   * @throws IOException if the address cannot be bound
   */
  public static JsonServer start(InetSocketAddress address, List<Route> routes) throws IOException {
    // The JDK's server writes head and body separately; with Nagle's algorithm and delayed
    // acknowledgements a kept-alive connection would then take 40 ms per answer (JDK-7068416).
    if (System.getProperty("sun.net.httpserver.nodelay") == null) {
      System.setProperty("sun.net.httpserver.nodelay", "true");
    }
    JsonServer started = new JsonServer(HttpServer.create(address, 0), routes);
    started.server.createContext("/", started::handle);
    started.server.setExecutor(started.executor);
    started.server.start();
    return started;
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /** Stops taking requests, and waits up to 2 seconds until the work of those under way is done. */
  @Override
  public void close() {
    server.stop(0);
    executor.shutdown();
    try {
      if (!executor.awaitTermination(2, TimeUnit.SECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  @SuppressWarnings("try") // The scope is there to be closed, not to be used.
  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String user = exchange.getRequestHeaders().getFirst("X-User");
      String ring = exchange.getRequestHeaders().getFirst("X-Ring");
      Answer answer;
      try (FlagContext.Scope ignored = FlagContext.user(user).ring(ring).open()) {
        answer = answer(exchange, user);
      }
      byte[] body = mapper.writeValueAsString(answer.body()).getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
      exchange.sendResponseHeaders(answer.status(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private Answer answer(HttpExchange exchange, @Nullable String user) throws IOException {
    String method = exchange.getRequestMethod();
    String path = exchange.getRequestURI().getPath();
    byte[] body = exchange.getRequestBody().readAllBytes();
    boolean pathKnown = false;
    for (Route route : routes) {
      Optional<Map<String, String>> pathValues = route.match(path);
      if (pathValues.isPresent()) {
        pathKnown = true;
        if (route.method().equals(method)) {
          return answer(route, new Request(mapper, pathValues.get(), user, body));
        }
      }
    }
    return pathKnown
        ? Answer.error(405, "method_not_allowed", path + " does not take " + method)
        : Answer.error(404, "not_found", "there is nothing at " + path);
  }

  private Answer answer(Route route, Request request) {
    try {
      return route.endpoint().answer(request);
    } catch (HttpRefusal e) {
      return Answer.error(e.status(), "bad_request", String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      log.warn("{} {} failed, answered 500: {}", route.method(), route.template(), e.toString());
      log.debug("{} {} failed", route.method(), route.template(), e);
      return Answer.error(500, e.getClass().getSimpleName(), String.valueOf(e.getMessage()));
    }
  }
}
