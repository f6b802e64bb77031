package dev.turnout.client;

import dev.turnout.client.codec.Json;
import dev.turnout.flags.Host;
import java.io.IOException;
import java.net.Proxy;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import okhttp3.ConnectionPool;
import okhttp3.ConnectionSpec;
import okhttp3.Dispatcher;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * OkHttp set up for one server. Two daemon threads at most, one of them for the stream; HTTP/1.1
 * and no racing of addresses, for those would take threads of their own. Redirects are not
 * followed: the token is for this server alone.
 */
final class Http {
  private static final MediaType JSON = MediaType.get("application/json");

  // A server cannot send an agent to sleep for good.
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(5);

  private final URI server;
  private final Supplier<String> token;
  private final Host host;
  private final Clock clock;
  private final OkHttpClient client;

  Http(
      URI server,
      Supplier<String> token,
      Host host,
      Timing timing,
      Clock clock,
      Consumer<String> warning) {
    this.server = server;
    this.token = token;
    this.host = host;
    this.clock = clock;
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            2,
            2,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            daemons("turnout-http", warning));
    threads.allowCoreThreadTimeOut(true);
    Dispatcher dispatcher = new Dispatcher(threads);
    dispatcher.setMaxRequests(2);
    dispatcher.setMaxRequestsPerHost(2);
    client =
        new OkHttpClient.Builder()
            .dispatcher(dispatcher)
            .connectionPool(new ConnectionPool(1, 1, TimeUnit.MINUTES))
            .protocols(List.of(Protocol.HTTP_1_1))
            // The application's proxy selector is the application's: it would be asked on our
            // threads, and might name a proxy that the token is not for.
            .proxy(Proxy.NO_PROXY)
            // TLS fixes the JVM's TLS settings when it is first used: not for a server without it.
            .connectionSpecs(
                List.of(
                    "https".equalsIgnoreCase(server.getScheme())
                        ? ConnectionSpec.MODERN_TLS
                        : ConnectionSpec.CLEARTEXT))
            .fastFallback(false)
            .followRedirects(false)
            .connectTimeout(timing.connect())
            .readTimeout(timing.silence())
            .writeTimeout(timing.silence())
            .callTimeout(timing.call())
            .build();
  }

  /** Makes daemons whose failures are told here and not to the application's handler. */
  static ThreadFactory daemons(String name, Consumer<String> warning) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(null, task, name + "-" + count.incrementAndGet(), 0, false);
      thread.setDaemon(true);
      thread.setContextClassLoader(Http.class.getClassLoader());
      thread.setUncaughtExceptionHandler(
          (failed, e) -> warning.accept("a thread of the control client ended: " + e));
      return thread;
    };
  }

  OkHttpClient client() {
    return client;
  }

  /** The client for the stream: no end to a call, but to an event. */
  OkHttpClient streaming(Runnable contact) {
    return client
        .newBuilder()
        .callTimeout(Duration.ZERO)
        .addInterceptor(new EventLimit(Json.MAX_BYTES, contact))
        .build();
  }

  Request stream(@Nullable String lastEventId) {
    HttpUrl.Builder url =
        url("stream")
            .addQueryParameter("service", host.service())
            .addQueryParameter("instance", host.instance())
            .addQueryParameter("region", host.region());
    // Not compressed, so that a small stream cannot become a large one.
    Request.Builder request = request(url).header("Accept-Encoding", "identity");
    if (lastEventId != null) {
      request.header("Last-Event-ID", lastEventId);
    }
    return request.build();
  }

  Request snapshot(@Nullable String id) {
    Request.Builder request = request(url("snapshot").addQueryParameter("service", host.service()));
    if (id != null) {
      request.header("If-None-Match", '"' + id + '"');
    }
    return request.build();
  }

  Request report(byte[] json) {
    return request(url("reports")).post(RequestBody.create(json, JSON)).build();
  }

  private HttpUrl.Builder url(String last) {
    return Objects.requireNonNull(HttpUrl.get(server), "server")
        .newBuilder()
        .addPathSegments("agent/v1/" + last);
  }

  private Request.Builder request(HttpUrl.Builder url) {
    return new Request.Builder().url(url.build()).header("Authorization", "Bearer " + token());
  }

  private String token() {
    try {
      return token.get().strip();
    } catch (RuntimeException e) {
      // Only its class: a message might quote what was read.
      throw new IllegalStateException(
          "the token cannot be read (" + e.getClass().getSimpleName() + ")");
    }
  }

  /** Reads a body of bounded size; of a compressed one no more than the bound is unpacked. */
  static byte[] body(Response response) throws IOException {
    BufferedSource source = response.body().source();
    if (response.body().contentLength() > Json.MAX_BYTES || source.request(Json.MAX_BYTES + 1L)) {
      throw new IOException("a body of more than " + Json.MAX_BYTES + " bytes");
    }
    return source.readByteArray();
  }

  /** How long the server asks to be left alone; zero if it does not. */
  Duration retryAfter(Response response) {
    String header = response.header("Retry-After");
    if (header == null || (response.code() != 429 && response.code() != 503)) {
      return Duration.ZERO;
    }
    Duration wait = parse(header.strip());
    return wait.isNegative()
        ? Duration.ZERO
        : wait.compareTo(LONGEST_RETRY_AFTER) > 0 ? LONGEST_RETRY_AFTER : wait;
  }

  private Duration parse(String header) {
    if (header.matches("[0-9]{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(header));
    }
    try {
      Instant until = ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Duration.between(clock.instant(), until);
    } catch (DateTimeParseException e) {
      return Duration.ZERO;
    }
  }

  static boolean isAuth(int status) {
    return status == 401 || status == 403;
  }

  void close() {
    client.dispatcher().cancelAll();
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
  }
}
