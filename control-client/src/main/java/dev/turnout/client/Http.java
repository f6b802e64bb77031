package dev.turnout.client;

import dev.turnout.client.codec.Json;
import dev.turnout.client.codec.SnapshotDelta;
import dev.turnout.client.tls.ClientTls;
import dev.turnout.flags.Host;
import java.io.IOException;
import java.net.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import okhttp3.ConnectionSpec;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * OkHttp set up for one server, for requests that are made on the caller's threads: it has none of
 * its own. HTTP/1.1 and no racing of addresses, for those would take some. Redirects are not
 * followed: the token is for this server alone.
 */
final class Http {
  // A server cannot send an agent to sleep for good.
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(5);

  private final HttpUrl base;
  private final Supplier<String> token;
  private final Host host;
  private final Timing timing;
  private final Sources sources;
  private final @Nullable FreshTls tls;
  private volatile OkHttpClient client;
  private final Set<Exchange> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  Http(ControlClient.Settings settings, Sources sources, Warnings warnings) {
    base = Objects.requireNonNull(HttpUrl.get(settings.server()), "server");
    token = settings.token();
    host = settings.host();
    timing = settings.timing();
    this.sources = sources;
    OkHttpClient.Builder builder =
        new OkHttpClient.Builder()
            .connectionPool(IdleTasks.pool())
            .protocols(List.of(Protocol.HTTP_1_1))
            // The application's proxy selector is the application's: it would be asked on our
            // threads, and might name a proxy that the token is not for.
            .proxy(Proxy.NO_PROXY)
            .socketFactory(new DirectSockets())
            // TLS fixes the JVM's TLS settings when it is first used: not for a server without it.
            .connectionSpecs(
                List.of(base.isHttps() ? ConnectionSpec.MODERN_TLS : ConnectionSpec.CLEARTEXT))
            .addNetworkInterceptor(new CleanEnd())
            .fastFallback(false)
            .followRedirects(false)
            // The socket's own. All other limits are those of the exchange.
            .connectTimeout(timing.connect())
            .readTimeout(Duration.ZERO)
            .writeTimeout(Duration.ZERO)
            .callTimeout(Duration.ZERO);
    FreshTls own = null;
    if (base.isHttps() && settings.tls().isOwn()) {
      own = tls(settings.tls(), warnings);
      builder
          .sslSocketFactory(own.sockets().factory(), own.sockets().trust())
          .addInterceptor(new LookWhenRefused(own));
    }
    tls = own;
    client = builder.build();
  }

  /**
   * Looks at the files when somebody is not let in: it may be for a certificate that was replaced
   * since, and the connection that was made by it would be kept.
   */
  private record LookWhenRefused(FreshTls tls) implements Interceptor {
    @Override
    public Response intercept(Chain chain) throws IOException {
      Response response = chain.proceed(chain.request());
      if (isAuth(response.code())) {
        tls.look();
      }
      return response;
    }
  }

  private static FreshTls tls(ClientTls tls, Warnings warnings) {
    try {
      return new FreshTls(tls, warnings);
    } catch (IOException e) {
      // Told as any other reason why there is no connection; the files may come later.
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** Begins to make a request of the server; close what is returned. */
  Exchange begin(Request request, Duration limit) {
    Exchange exchange = new Exchange(client().newCall(request), sources.nanos(), open, limit);
    if (closed) {
      exchange.cancel();
    }
    return exchange;
  }

  private OkHttpClient client() {
    FreshTls own = tls;
    return own == null ? client : client(own.sockets());
  }

  // OkHttp uses a connection again for the same factory alone: none that was made by other files.
  private synchronized OkHttpClient client(ClientTls.Sockets sockets) {
    OkHttpClient known = client;
    if (!known.sslSocketFactory().equals(sockets.factory())) {
      known = known.newBuilder().sslSocketFactory(sockets.factory(), sockets.trust()).build();
      client = known;
      known.connectionPool().evictAll();
    }
    return known;
  }

  /** Begins to make a request that is answered soon or never. */
  Exchange begin(Request request) {
    return begin(request, timing.answer());
  }

  /** Ends what takes too long; never waits. */
  void look() {
    open.forEach(Exchange::look);
  }

  /**
   * Asks for the stream.
   *
   * @param deltas whether to be sent what is new in a snapshot, where the server can
   */
  Request stream(@Nullable String lastEventId, boolean deltas) {
    HttpUrl.Builder url =
        url("stream")
            .addQueryParameter("service", host.service())
            .addQueryParameter("instance", host.instance())
            .addQueryParameter("region", host.region());
    if (deltas) {
      url.addQueryParameter(SnapshotDelta.PARAMETER, "1");
    }
    // OkHttp asks for gzip and unpacks it; EventLimit bounds what comes out of it.
    Request.Builder request = request(url).header("Accept", "text/event-stream");
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
    return request(url("reports"))
        .header("Content-Type", "application/json")
        .post(RequestBody.create(json, null))
        .build();
  }

  private HttpUrl.Builder url(String last) {
    return base.newBuilder().addPathSegments("agent/v1/" + last);
  }

  private Request.Builder request(HttpUrl.Builder url) {
    return new Request.Builder().url(url.build()).header("Authorization", "Bearer " + token());
  }

  private String token() {
    try {
      return token.get().strip();
    } catch (TokenFile.Unusable e) {
      throw new IllegalStateException(e.getMessage(), e);
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
      return Duration.between(sources.clock().instant(), until);
    } catch (DateTimeParseException e) {
      return Duration.ZERO;
    }
  }

  static boolean isAuth(int status) {
    return status == 401 || status == 403;
  }

  boolean isClosed() {
    return closed;
  }

  /** Ends what is under way. */
  void close() {
    closed = true;
    open.forEach(Exchange::cancel);
    client.connectionPool().evictAll();
  }
}
