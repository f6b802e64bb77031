package dev.turnout.server;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.turnout.client.codec.CodecException;
import dev.turnout.flags.FlagName;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.server.auth.Access;
import dev.turnout.server.auth.FailedAttempts;
import dev.turnout.server.auth.Token;
import dev.turnout.server.auth.TokenChanges;
import dev.turnout.server.auth.TokenFile;
import dev.turnout.server.auth.TokenKind;
import dev.turnout.server.auth.Tokens;
import dev.turnout.server.change.Author;
import dev.turnout.server.change.Changes;
import dev.turnout.server.change.RefusedException;
import dev.turnout.server.change.StoreWatch;
import dev.turnout.server.fleet.Agent;
import dev.turnout.server.fleet.Fleet;
import dev.turnout.server.fleet.RolloutClock;
import dev.turnout.server.signing.Signer;
import dev.turnout.server.signing.SigningKey;
import dev.turnout.server.store.AuditLog;
import dev.turnout.server.store.DataDirectory;
import dev.turnout.server.store.Database;
import dev.turnout.server.store.FlagStore;
import dev.turnout.server.store.Journal;
import dev.turnout.server.store.PostgresUrl;
import dev.turnout.server.store.TokenStore;
import dev.turnout.server.store.UnreadableStoreException;
import dev.turnout.server.stream.AuditStreams;
import dev.turnout.server.stream.Deliveries;
import dev.turnout.server.stream.Streams;
import dev.turnout.server.tls.ServerTls;
import dev.turnout.server.tls.TlsFiles;
import dev.turnout.server.web.WebServer;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SortedSet;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running control server. Safe for use by several threads. */
public final class ControlServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ControlServer.class);
  private static final Duration LOOK_AT_CERTIFICATES = Duration.ofSeconds(2);

  // No token can have this name.
  private static final Author FIRST_START = Author.named("(server)");

  private final Settings settings;
  private final TokenChanges tokens;
  private final WebServer web;
  private final Deque<AutoCloseable> parts;

  /**
   * Where a server listens and what it serves.
   *
   * @param host the address to listen on; {@link #LOOPBACK} unless others are to reach it
   * @param port 0 for any that is free
   * @param dataDirectory for the database, the journal and the first tokens; created if absent; no
   *     two servers may have the same
   * @param env the environment's name
   * @param database a database that several servers may have; null for a file of this server's own
   *     in its data directory
   * @param signing what snapshots are signed with
   * @param tls the server's certificate; null to be reached in the clear
   */
  public record Settings(
      String host,
      int port,
      Path dataDirectory,
      String env,
      @Nullable PostgresUrl database,
      SigningFiles signing,
      @Nullable TlsFiles tls) {
    /** Reached by programs on this machine only. */
    public static final String LOOPBACK = "127.0.0.1";

    /** The environment's name where none is given. */
    public static final String DEFAULT_ENV = "default";

    public Settings {
      FlagName.check("env", env);
      if (port < 0 || port > MAX_PORT) {
        throw new InvalidFlagException("port", "must be 0 to " + MAX_PORT + ", not " + port);
      }
    }

    private static final int MAX_PORT = 65_535;

    /** In the clear, with a database file and signing keys of its own. */
    public Settings(String host, int port, Path dataDirectory, String env) {
      this(host, port, dataDirectory, env, null, SigningFiles.OWN, null);
    }

    /** The same on another database. */
    public Settings on(@Nullable PostgresUrl other) {
      return new Settings(host, port, dataDirectory, env, other, signing, tls);
    }

    /** The same with other signing keys. */
    public Settings signedWith(SigningFiles other) {
      return new Settings(host, port, dataDirectory, env, database, other, tls);
    }

    /** The same with another certificate. */
    public Settings over(@Nullable TlsFiles other) {
      return new Settings(host, port, dataDirectory, env, database, signing, other);
    }
  }

  /**
   * Where the signing keys are.
   *
   * @param active what snapshots are signed with; null for {@code signing.key} in the data
   *     directory, which is made if absent
   * @param next what they will be signed with after that; null for {@code signing-next.key} in the
   *     data directory, which is made if absent, or none where {@code active} is given
   */
  public record SigningFiles(@Nullable Path active, @Nullable Path next) {
    /** Those of the data directory. */
    public static final SigningFiles OWN = new SigningFiles(null, null);

    Signer signer(Path data, Clock clock) throws IOException {
      SigningKey signsNow =
          active == null ? SigningKey.in(data.resolve("signing.key")) : SigningKey.read(active);
      if (next != null) {
        return new Signer(signsNow, SigningKey.read(next), clock);
      }
      // Replicas share the key that was given, and each would make another one to follow it.
      return new Signer(
          signsNow, active == null ? SigningKey.in(data.resolve("signing-next.key")) : null, clock);
    }
  }

  /**
   * What only tests set otherwise.
   *
   * @param heartbeat how often a quiet stream gets a comment
   * @param maxStreams the most streams at a time
   * @param storePoll the longest time between two looks at what others did to the store
   * @param maxEventStreams the most streams of people and scripts at a time
   */
  record Tuning(Duration heartbeat, int maxStreams, Duration storePoll, int maxEventStreams) {
    static final Tuning DEFAULT = new Tuning(Duration.ofSeconds(15), 20_000, Duration.ofSeconds(1));

    Tuning(Duration heartbeat, int maxStreams, Duration storePoll) {
      this(heartbeat, maxStreams, storePoll, MAX_EVENT_STREAMS);
    }

    private static final int MAX_EVENT_STREAMS = 100;
  }

  private ControlServer(
      Settings settings, TokenChanges tokens, WebServer web, Deque<AutoCloseable> parts) {
    this.settings = settings;
    this.tokens = tokens;
    this.web = web;
    this.parts = parts;
  }

  /**
   * Starts a server and returns when it answers. On the first start, {@code admin.token} and {@code
   * agent.token} are written to the data directory.
   *
   * @throws StartException if the data directory cannot be used, or the address not be listened on
   */
  public static ControlServer start(Settings settings) throws StartException {
    return start(settings, Tuning.DEFAULT);
  }

  static ControlServer start(Settings settings, Tuning tuning) throws StartException {
    try {
      return open(settings, tuning);
    } catch (IOException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
  }

  private static ControlServer open(Settings settings, Tuning tuning) throws IOException {
    Clock clock = Clock.systemUTC();
    // Closed in the reverse order of opening, when starting fails half-way too.
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    try {
      DataDirectory directory = DataDirectory.open(settings.dataDirectory());
      parts.push(directory);
      Path data = directory.path();
      Database database = database(settings, data);
      parts.push(database);
      Journal journal = journal(data);
      parts.push(journal);
      TokenStore tokenStore = new TokenStore(database);
      Tokens known = new Tokens(tokenStore, clock);
      TokenChanges tokens = new TokenChanges(tokenStore, known, clock);
      firstToken(known, tokens, "admin", TokenKind.ADMIN, data);
      firstToken(known, tokens, "agent", TokenKind.AGENT, data);
      FlagStore store = new FlagStore(database, settings.env());
      Fleet fleet = new Fleet(clock, Ticker.systemTicker());
      Changes changes = changes(store, journal, fleet, database, clock);
      FailedAttempts failures = new FailedAttempts(Ticker.systemTicker());
      PrometheusMeterRegistry metrics = metrics(changes, fleet, failures);
      parts.push(metrics::close);
      Signer signer = settings.signing().signer(data, clock);
      Deliveries deliveries = new Deliveries(clock, metrics);
      Streams streams =
          new Streams(changes, fleet, signer, deliveries, tuning.heartbeat(), tuning.maxStreams());
      parts.push(streams);
      RolloutClock rollouts = new RolloutClock(changes, fleet, clock);
      AuditLog audit = new AuditLog(database);
      AuditStreams events = new AuditStreams(audit, tuning.heartbeat(), tuning.maxEventStreams());
      parts.push(events);
      changes.onChange(snapshot -> events.look());
      parts.push(
          new StoreWatch(
              database.hints(),
              tuning.storePoll(),
              () -> {
                look(changes, known, rollouts);
                // In any case: a reader that waited for the store goes on.
                events.look();
              }));
      ServerTls tls = tls(settings.tls());
      if (tls != null) {
        parts.push(tls);
      }
      known.onChange(
          () -> {
            streams.closeRevoked();
            events.closeRevoked();
            events.look();
          });
      WebServer web =
          new WebServer(
              settings.host(),
              settings.port(),
              tls,
              new WebServer.Services(
                  new Access(known, failures),
                  store,
                  audit,
                  tokens,
                  changes,
                  fleet,
                  rollouts,
                  streams,
                  events,
                  deliveries,
                  signer,
                  metrics,
                  clock));
      parts.push(web);
      ControlServer server = new ControlServer(settings, tokens, web, parts);
      // In a log that is kept elsewhere, this shows later whether the audit was written anew.
      log.info("The audit ends at {}", audit.head());
      log.info(
          "Turnout control server ready at {} (environment {}, revision {}, {} flags, store {})",
          server.url(),
          settings.env(),
          changes.current().revision(),
          changes.current().flags().size(),
          database.name());
      return server;
    } catch (IOException | RuntimeException | Error e) {
      close(parts);
      throw e;
    }
  }

  private static Database database(Settings settings, Path data) throws IOException {
    PostgresUrl url = settings.database();
    return url == null ? Database.open(data.resolve("turnout.db")) : Database.open(url);
  }

  private static Journal journal(Path data) throws IOException {
    Path file = data.resolve("stops.journal");
    try {
      return Journal.open(file);
    } catch (FileSystemException e) {
      throw new IOException("the journal " + file + " cannot be used: " + e.getMessage(), e);
    }
  }

  private static @Nullable ServerTls tls(@Nullable TlsFiles files) throws IOException {
    return files == null ? null : new ServerTls(files, LOOK_AT_CERTIFICATES);
  }

  private static Changes changes(
      FlagStore store, Journal journal, Fleet fleet, Database database, Clock clock)
      throws IOException {
    try {
      return new Changes(store, journal, clock, fleet::isTrippedSomewhere);
    } catch (UnreadableStoreException | CodecException | InvalidFlagException | JdbiException e) {
      throw new IOException(
          "the flags in " + database.name() + " cannot be read: " + e.getMessage(), e);
    }
  }

  // Tokens too, so that those made or revoked at one server count at all; and rollouts by what the
  // store has now.
  private static void look(Changes changes, Tokens tokens, RolloutClock rollouts) {
    changes.refresh();
    rollouts.tick();
    if (changes.storeAway() == null) {
      try {
        tokens.reload();
      } catch (JdbiException e) {
        log.debug("The tokens stay as they are until the store answers: {}", e.toString());
      }
    }
  }

  // The file first: a crash in between leaves a file that opens nothing and is written anew, and
  // never a token whose secret nobody knows.
  private static void firstToken(
      Tokens known, TokenChanges tokens, String name, TokenKind kind, Path data)
      throws IOException {
    if (!tokens.wasEverCreated(name)) {
      String secret = tokens.secret();
      TokenFile.write(data.resolve(name + ".token"), secret);
      try {
        tokens.add(FIRST_START, new Token(name, kind, null), secret, null);
      } catch (JdbiException | RefusedException e) {
        Files.deleteIfExists(data.resolve(name + ".token"));
        known.reload();
        if (!tokens.wasEverCreated(name)) {
          throw new IOException("the first tokens cannot be saved: " + e.getMessage(), e);
        }
        log.info("Token {} was made by another server, which has its file", name);
      }
    }
  }

  private static PrometheusMeterRegistry metrics(
      Changes changes, Fleet fleet, FailedAttempts failures) {
    PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Gauge.builder("turnout.revision", () -> changes.current().revision())
        .description("Revision of the snapshot in force")
        .register(metrics);
    Gauge.builder(
            "turnout.agents.connected",
            () -> fleet.agents().stream().filter(Agent::isConnected).count())
        .description("Agents with an open stream")
        .register(metrics);
    Gauge.builder("turnout.agents.ahead", () -> fleet.ahead(changes.current()).size())
        .description("Agents that refuse this server's snapshots as older than their own")
        .register(metrics);
    Gauge.builder("turnout.store.up", () -> changes.storeAway() == null ? 1 : 0)
        .description("1 while the store answers; 0 while only stops are carried out")
        .register(metrics);
    FunctionCounter.builder("turnout.auth.failures", failures, FailedAttempts::total)
        .description("Requests without a valid token")
        .register(metrics);
    return metrics;
  }

  /** The port that is listened on. */
  public int port() {
    return web.port();
  }

  /** Where the server is reached, such as {@code http://127.0.0.1:8080}. */
  public String url() {
    String host = settings.host();
    String scheme = settings.tls() == null ? "http://" : "https://";
    return scheme + (host.contains(":") ? "[" + host + "]" : host) + ":" + port();
  }

  /** Every route, such as {@code PUT /canary}. */
  SortedSet<String> routes() {
    return web.routes();
  }

  /** Creates and revokes the tokens that open this server. */
  TokenChanges tokens() {
    return tokens;
  }

  /** Ends all streams, answers the requests that are in hand, and closes the store. */
  @Override
  public void close() {
    close(parts);
  }

  private static void close(Deque<AutoCloseable> parts) {
    AutoCloseable part;
    while ((part = parts.poll()) != null) {
      try {
        part.close();
      } catch (Exception e) {
        log.warn("Something did not close in order: {}", e.toString(), e);
      }
    }
  }
}
