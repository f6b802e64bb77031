package dev.turnout.sample;

import dev.turnout.sample.http.JsonServer;
import dev.turnout.sample.http.Route;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * The game service: a database, the four use cases, and HTTP in front of them.
 *
 * <pre>{@code
 * java -javaagent:turnout-agent.jar ... dev.turnout.sample.GameService \
 *     --port 8080 --database /var/lib/games --instance a
 * }</pre>
 */
public final class GameService implements AutoCloseable {
  /** The database name that stands for one in memory, gone with the service. */
  public static final String IN_MEMORY = "mem";

  /** Days of an ordinary player's games, and a bound for a service that is under load for days. */
  private static final int REMEMBERED_GAMES = 50_000;

  private final GameDatabase database;
  private final JsonServer server;

  private GameService(GameDatabase database, JsonServer server) {
    this.database = database;
    this.server = server;
  }

  /**
   * Starts a service on this machine's loopback address.
   *
   * @param port the TCP port, 0 for a free one
   * @param database a file without its ending, or {@link #IN_MEMORY}
   * @param instance the name in statistics and game ids: letters, digits and {@code . _ -}
   * @throws IOException if the port cannot be bound
   * @throws IllegalArgumentException if the name has other characters
   */
  public static GameService start(int port, String database, String instance) throws IOException {
    return start("127.0.0.1", port, database, instance);
  }

  /** Starts a service on {@code host}, which {@code 0.0.0.0} makes every address there is. */
  public static GameService start(String host, int port, String database, String instance)
      throws IOException {
    if (!instance.matches("[A-Za-z0-9._-]{1,64}")) {
      throw new IllegalArgumentException(
          "an instance is named with 1 to 64 letters, digits, '.', '_' and '-': " + instance);
    }
    GameDatabase opened =
        database.equals(IN_MEMORY)
            ? GameDatabase.inMemory()
            : GameDatabase.inFile(Path.of(database));
    try {
      List<Route> routes = routes(opened, instance);
      return new GameService(opened, JsonServer.start(new InetSocketAddress(host, port), routes));
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private static List<Route> routes(GameDatabase database, String instance) {
    MemoryGames memory = new MemoryGames(REMEMBERED_GAMES);
    PersistentGames persistent = new PersistentGames(memory, database);
    CallLedger ledger = new CallLedger(Clock.systemUTC());
    Faults faults = new Faults();
    GameRoutes games =
        new GameRoutes(
            new StartGameUseCase(memory, persistent, ledger, faults, instance, new SecureRandom()),
            new PlayTurnUseCase(memory, persistent, ledger, faults),
            new DeclareUseCase(memory, persistent, ledger, faults),
            new ScoringUseCase(memory, persistent, ledger, faults));
    OperatorRoutes operators = new OperatorRoutes(instance, ledger, persistent, faults);
    List<Route> routes = new ArrayList<>(games.routes());
    routes.addAll(operators.routes());
    return routes;
  }

  public int port() {
    return server.port();
  }

  /** Stops serving and closes the database. */
  @Override
  public void close() {
    server.close();
    database.close();
  }

  /** Serves until the process is stopped; prints one line when it is ready. */
  public static void main(String[] args) throws IOException {
    try {
      run(Arguments.parse(args, List.of("host", "port", "database", "instance")));
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
  }

  private static void run(Arguments arguments) throws IOException {
    String host = arguments.text("host", "127.0.0.1");
    String database = arguments.text("database", IN_MEMORY);
    String instance = arguments.text("instance", "game");
    GameService service = start(host, arguments.number("port", 8080, 0), database, instance);
    Runtime.getRuntime().addShutdownHook(new Thread(service::close, "game-service-close"));
    System.out.println(
        "Game service %s is ready at http://%s:%d, database %s"
            .formatted(instance, host, service.port(), database));
  }
}
