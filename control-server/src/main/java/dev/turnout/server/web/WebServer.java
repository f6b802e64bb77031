package dev.turnout.server.web;

import dev.turnout.server.auth.Access;
import dev.turnout.server.auth.Right;
import dev.turnout.server.auth.TokenChanges;
import dev.turnout.server.change.Changes;
import dev.turnout.server.fleet.Fleet;
import dev.turnout.server.fleet.RolloutClock;
import dev.turnout.server.fleet.TripIntake;
import dev.turnout.server.problem.Problem;
import dev.turnout.server.signing.Signer;
import dev.turnout.server.store.AuditLog;
import dev.turnout.server.store.FlagStore;
import dev.turnout.server.stream.AuditStreamServlet;
import dev.turnout.server.stream.AuditStreams;
import dev.turnout.server.stream.Deliveries;
import dev.turnout.server.stream.StreamServlet;
import dev.turnout.server.stream.Streams;
import dev.turnout.server.tls.AgentCertificates;
import dev.turnout.server.tls.ServerTls;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.router.Endpoint;
import io.javalin.router.ParsedEndpoint;
import io.javalin.security.RouteRole;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.servlet.http.HttpServlet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee10.servlet.ServletHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.ee10.servlet.ServletMapping;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/** The HTTP server with all routes. Each route says which right it asks for. */
public final class WebServer implements AutoCloseable {
  private static final String STARTED = "turnout.started";

  // A fleet that lost its server comes back in one moment. The system's own limit may be lower.
  private static final int BACKLOG = 4_096;
  // All else goes to the framework, which has routes of its own; the container's servlet for what
  // nobody answers is never reached beside it.
  private static final Set<String> FRAMEWORK = Set.of("/*", "/");

  private static final int SPARE_THREADS = 8;
  private static final int SPARE_MILLIS = 60_000;

  private final Access access;
  private final Lanes lanes = new Lanes();
  private final PrometheusMeterRegistry metrics;
  private final Streams streams;
  private final AuditStreams events;
  private final AgentCertificates certificates;
  private final Javalin javalin;
  private final List<ServletHandler> servlets = new ArrayList<>();

  /** What is behind the routes. */
  public record Services(
      Access access,
      FlagStore store,
      AuditLog audit,
      TokenChanges tokens,
      Changes changes,
      Fleet fleet,
      RolloutClock rollouts,
      Streams streams,
      AuditStreams events,
      Deliveries deliveries,
      Signer signer,
      PrometheusMeterRegistry metrics,
      Clock clock) {}

  /**
   * Starts to listen.
   *
   * @param port 0 for any that is free
   * @param tls null for connections in the clear
   * @throws IOException saying in one line why the address cannot be listened on
   */
  public WebServer(String host, int port, @Nullable ServerTls tls, Services services)
      throws IOException {
    access = services.access();
    metrics = services.metrics();
    streams = services.streams();
    events = services.events();
    certificates = new AgentCertificates(tls);
    ServerSocketChannel channel = bind(host, port);
    javalin =
        Javalin.create(
            config -> {
              configure(config);
              config.jetty.addConnector((server, http) -> connector(server, http, tls, channel));
              config.jetty.modifyServletContextHandler(
                  handler -> {
                    handler.addServlet(
                        asynchronous(new StreamServlet(access, certificates, streams)),
                        StreamServlet.PATH);
                    handler.addServlet(
                        asynchronous(new AuditStreamServlet(access, events)),
                        AuditStreamServlet.PATH);
                    handler.setErrorHandler(new ContainerProblems.OfServlets());
                    servlets.add(handler.getServletHandler());
                  });
              RoutesConfig routes = config.routes;
              routes.beforeMatched(this::authorize);
              register(routes, services);
              routes.before(context -> context.attribute(STARTED, System.nanoTime()));
              routes.after(this::measure);
              Failures.register(routes);
            });
    javalin.start();
  }

  private static void register(RoutesConfig routes, Services services) {
    Changes changes = services.changes();
    Fleet fleet = services.fleet();
    Clock clock = services.clock();
    PrometheusMeterRegistry metrics = services.metrics();
    Counter trips =
        Counter.builder("turnout.trips")
            .description("Flags stopped for the fleet because a limit was breached")
            .register(metrics);
    Edits edits = new Edits(changes, fleet);
    new FlagRoutes(edits).register(routes);
    new DecisionRoutes(changes).register(routes);
    new OfrepRoutes(changes).register(routes);
    new EnvironmentRoutes(edits).register(routes);
    new RolloutRoutes(edits, services.rollouts()).register(routes);
    new ExperimentRoutes(edits, fleet).register(routes);
    new TransferRoutes(edits).register(routes);
    new AgentRoutes(changes, fleet, services.streams(), new TripIntake(changes, fleet, trips))
        .register(routes);
    new OpenApiRoute().register(routes);
    new SigningRoutes(services.signer()).register(routes);
    new StatusRoutes(
            changes, services.store().lastChanges(), fleet, services.deliveries(), metrics, clock)
        .register(routes);
    new AuditRoutes(services.audit(), clock).register(routes);
    new TokenRoutes(services.tokens(), clock).register(routes);
  }

  private static ServletHolder asynchronous(HttpServlet servlet) {
    ServletHolder holder = new ServletHolder(servlet);
    holder.setAsyncSupported(true);
    return holder;
  }

  // Here and not by the framework, which would bury the reason in a stack trace.
  private static ServerSocketChannel bind(String host, int port) throws IOException {
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new IOException("no host is called " + host);
    }
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      // A server that is started again at once finds connections of the old one still closing.
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      return channel.bind(address, BACKLOG);
    } catch (IOException e) {
      channel.close();
      throw new IOException(
          "cannot listen on port " + port + " of " + host + ": " + e.getMessage(), e);
    }
  }

  private static Connector connector(
      Server server, HttpConfiguration http, @Nullable ServerTls tls, ServerSocketChannel channel) {
    ServerConnector connector =
        tls == null
            ? new ServerConnector(server, new HttpConnectionFactory(http))
            : new ServerConnector(server, encrypted(tls), new HttpConnectionFactory(secure(http)));
    try {
      connector.open(channel);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return connector;
  }

  private static SslConnectionFactory encrypted(ServerTls tls) {
    return new SslConnectionFactory(tls.factory(), HttpVersion.HTTP_1_1.asString());
  }

  private static HttpConfiguration secure(HttpConfiguration http) {
    HttpConfiguration secure = new HttpConfiguration(http);
    // The client checks whom it talks to; a server that is reached by another name through a proxy
    // need not mind.
    boolean sniHostCheck = false;
    secure.addCustomizer(new SecureRequestCustomizer(sniHostCheck));
    return secure;
  }

  private static void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.prefer405over404 = true;
    // BodyReader has the limit, which holds for chunked bodies too.
    config.http.maxRequestSize = Long.MAX_VALUE;
    QueuedThreadPool threads = new QueuedThreadPool(Lanes.THREADS, SPARE_THREADS, SPARE_MILLIS);
    threads.setName("turnout-http");
    config.jetty.threadPool = threads;
    config.jetty.modifyHttpConfiguration(
        http -> {
          http.setSendServerVersion(false);
          http.setSendDateHeader(false);
        });
    config.jetty.modifyServer(server -> server.setErrorHandler(new ContainerProblems()));
  }

  /** The port that is listened on. */
  public int port() {
    return javalin.port();
  }

  /**
   * Every route that is answered, such as {@code GET /feature-flags/{name}}, servlets that stand
   * beside the routes among them.
   */
  public SortedSet<String> routes() {
    SortedSet<String> routes = new TreeSet<>();
    for (ParsedEndpoint route : javalin.unsafe.internalRouter.allHttpHandlers()) {
      if (route.endpoint.method.isHttpMethod()) {
        routes.add(route.endpoint.method.name() + " " + route.endpoint.path);
      }
    }
    for (ServletHandler handler : servlets) {
      for (ServletMapping mapping : handler.getServletMappings()) {
        for (String path : mapping.getPathSpecs()) {
          if (!FRAMEWORK.contains(path)) {
            routes.add("GET " + path);
            routes.add("HEAD " + path);
          }
        }
      }
    }
    return routes;
  }

  // A route that says nothing is closed to everybody.
  private void authorize(Context context) {
    Set<RouteRole> roles = context.routeRoles();
    if (roles.isEmpty()) {
      throw new IllegalStateException("route without a right: " + context.path());
    }
    for (RouteRole role : roles) {
      if (role != Right.NONE) {
        Api.caller(
            context,
            access.check(
                context.header("Authorization"), (Right) role, context.req().getRemoteAddr()));
        lanes.enter(context, (Right) role);
      }
      Problem problem = role == Right.AGENT ? certificates.check(context.req()) : null;
      if (problem != null) {
        throw new ProblemException(problem);
      }
    }
  }

  private void measure(Context context) {
    Long started = context.attribute(STARTED);
    Endpoint endpoint = context.endpoints().matchedHttpEndpoint();
    if (started != null) {
      Timer.builder("turnout.http.requests")
          .description("Requests answered")
          .tag("method", endpoint == null ? "other" : context.method().name())
          // The pattern and not the path, of which there is no end.
          .tag("route", endpoint == null ? "none" : endpoint.path)
          .tag("status", Integer.toString(context.statusCode()))
          .register(metrics)
          .record(System.nanoTime() - started, TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void close() {
    // First, for stopping waits until requests are over, and a stream never is by itself.
    streams.close();
    events.close();
    javalin.stop();
  }
}
