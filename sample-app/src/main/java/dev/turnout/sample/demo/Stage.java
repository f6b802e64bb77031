package dev.turnout.sample.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** The processes of the story: a control server and two game services under the agent. */
final class Stage {
  static final String FLAG_PREFIX = "use_state_persistence_";
  static final List<String> USE_CASES = List.of("startgame", "playturn", "declare", "scoring");

  private static final Duration START = Duration.ofSeconds(40);

  private final Path root;
  private final Path directory;
  private final Children children;
  private final int serverPort;
  private final List<GameInstance> games;
  private final Map<String, Process> processes = new HashMap<>();

  private Stage(Path root, Path directory, Children children) throws IOException {
    this.root = root;
    this.directory = directory;
    this.children = children;
    List<Integer> ports = freePorts(5);
    serverPort = ports.get(0);
    games =
        List.of(
            new GameInstance("game-1", ports.get(1), ports.get(2)),
            new GameInstance("game-2", ports.get(3), ports.get(4)));
  }

  /** Starts everything, with four flags at 0 %, and returns when both services answer. */
  static Stage open(Path root, Path directory, Children children)
      throws IOException, InterruptedException {
    Stage stage = new Stage(root, directory, children);
    stage.startServer();
    ControlRoom control = stage.control();
    for (String useCase : USE_CASES) {
      control.put(
          FLAG_PREFIX + useCase,
          """
          {"description": "Keeps games in the database: %s", "enabled": true, "percentage": 0,
           "limits": [{"metric": "error_rate", "above": 5, "window": "30s"}]}"""
              .formatted(useCase));
    }
    for (GameInstance game : stage.games) {
      stage.startGame(game);
    }
    for (GameInstance game : stage.games) {
      stage.awaitGame(game);
    }
    return stage;
  }

  ControlRoom control() throws IOException {
    return new ControlRoom(serverUrl(), Files.readString(adminToken()).strip());
  }

  List<GameInstance> games() {
    return games;
  }

  URI[] gameUrls() {
    return games.stream().map(GameInstance::url).toArray(URI[]::new);
  }

  /** Starts the control server, on the same port and data each time. */
  void startServer() throws IOException, InterruptedException {
    processes.put(
        "server",
        children.start(
            "server",
            List.of(turnout(), "server", "--port", "" + serverPort, "--data", data().toString())));
    JsonHttp http = new JsonHttp(serverUrl(), "");
    await("server", http::isUp);
  }

  /** Ends the control server with SIGKILL: it gets no chance to put anything in order. */
  void killServer() throws InterruptedException {
    Process server = process("server");
    server.destroyForcibly();
    server.waitFor(10, TimeUnit.SECONDS);
  }

  void startGame(GameInstance game) throws IOException {
    Path state = directory.resolve(game.name() + "-state");
    String agent =
        "server=%s,token-file=%s,service=game,instance=%s,region=%s,state-directory=%s,metrics-port=%d"
            .formatted(
                serverUrl(),
                data().resolve("agent.token"),
                game.name(),
                game.name().equals("game-1") ? "eu-west" : "us-east",
                state,
                game.metricsPort());
    processes.put(
        game.name(),
        children.start(
            game.name(),
            List.of(
                java(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-javaagent:"
                    + root.resolve("agent/runtime/target/turnout-agent.jar")
                    + "="
                    + agent,
                "-cp",
                root.resolve("sample-app/target/dist/lib") + "/*",
                "dev.turnout.sample.GameService",
                "--port",
                "" + game.port(),
                "--database",
                directory.resolve(game.name() + "-games").toString(),
                "--instance",
                game.name())));
  }

  void awaitGame(GameInstance game) throws InterruptedException {
    await(game.name(), game::isUp);
  }

  /** Ends a game service in order and starts it again, with the same state and database. */
  void restartGame(GameInstance game) throws IOException, InterruptedException {
    Process process = process(game.name());
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      throw new StepFailed(game.name() + " did not end within 10 s");
    }
    startGame(game);
    awaitGame(game);
  }

  /** Starts {@code ./turnout} against this server; its output is the caller's to read. */
  Process startTurnout(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(turnout()));
    command.addAll(List.of(words));
    command.addAll(
        List.of("--url", serverUrl().toString(), "--token-file", adminToken().toString()));
    return children.startReadable("turnout", command);
  }

  /** The line in which an agent says that it stopped a flag; empty if there is none. */
  String lastLogLine(GameInstance game, String text) {
    return children.logLines(game.name()).stream()
        .filter(line -> line.contains(text))
        .reduce("", (earlier, later) -> later);
  }

  /** Whether every instance is connected and every one of its gates is in place. */
  boolean allWired() throws IOException {
    JsonNode agents = control().agents();
    int connected = 0;
    for (JsonNode agent : agents) {
      JsonNode gates = agent.path("gates");
      boolean wired = gates.size() == USE_CASES.size();
      for (JsonNode gate : gates) {
        wired &= gate.path("wired").asBoolean(false);
      }
      connected += wired && agent.path("connected").asBoolean(false) ? 1 : 0;
    }
    return connected == games.size();
  }

  void printWhatToTry(PrintStream out) {
    String flag = FLAG_PREFIX + "playturn";
    out.printf(
        """

        Everything is still running. In another terminal, in %s:
          export TURNOUT_URL=%s TURNOUT_TOKEN_FILE=%s
          ./turnout status
          ./turnout reset %4$s
          ./turnout set %4$s strategy=percentage percentage=50
          ./turnout explain %4$s --user user-7
          ./turnout kill %4$s --reason "just to see"
          ./turnout agents
        The services count for themselves, and break when told to:
          curl -s %5$s/stats
          curl -s %5$s/faults -d '{"use_case": "playturn", "mode": "fail"}'
          curl -s http://127.0.0.1:%6$d/metrics | grep turnout
        Ctrl-C ends it all.

        """,
        root, serverUrl(), adminToken(), flag, games.get(0).url(), games.get(0).metricsPort());
  }

  private void await(String name, Patience.Condition up) throws InterruptedException {
    long deadline = System.nanoTime() + START.toNanos();
    try {
      while (!up.holds()) {
        if (!process(name).isAlive()) {
          throw new StepFailed(name + " ended with code " + process(name).exitValue());
        }
        if (System.nanoTime() - deadline > 0) {
          throw new StepFailed(name + " did not answer within " + START.toSeconds() + " s");
        }
        Thread.sleep(100);
      }
    } catch (IOException e) {
      throw new StepFailed(name + ": " + e);
    }
  }

  private Process process(String name) {
    Process process = processes.get(name);
    if (process == null) {
      throw new IllegalStateException(name + " was never started");
    }
    return process;
  }

  private Path data() {
    return directory.resolve("control-data");
  }

  private Path adminToken() {
    return data().resolve("admin.token");
  }

  private URI serverUrl() {
    return URI.create("http://127.0.0.1:" + serverPort);
  }

  private String turnout() {
    return root.resolve("turnout").toString();
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /**
   * Ports that nobody listens on now; all are held until the last is found, so none comes twice.
   */
  private static List<Integer> freePorts(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    List<Integer> ports = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        sockets.add(socket);
        ports.add(socket.getLocalPort());
      }
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
    return ports;
  }
}
