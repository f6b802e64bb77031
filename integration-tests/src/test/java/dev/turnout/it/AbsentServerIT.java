package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** There is no control server when an application starts, in each of the ways there are. */
class AbsentServerIT {
  private static final Path JDK = Path.of(System.getProperty("java.home"));
  private static final Duration MOST = Duration.ofMillis(50);
  private static final int FEWEST_STARTS = 3;
  private static final int MOST_STARTS = 15;

  @TempDir Path directory;
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Map<String, Integer> ports = new LinkedHashMap<>();
  private GatedApp shop;

  @BeforeEach
  void prepare() throws Exception {
    shop = GatedApp.compile(directory, "Shop");
    Files.writeString(directory.resolve("flags.yaml"), "flags: {checkout: {percentage: 100}}");
    Files.writeString(directory.resolve("agent.token"), "t");
    ports.put("closed port", HostAgent.freePort());
    ports.put("accepts and never answers", listening(50).getLocalPort());
    ports.put("black hole", blackHole());
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private ServerSocket listening(int backlog) throws IOException {
    ServerSocket socket = new ServerSocket(0, backlog, InetAddress.getLoopbackAddress());
    open.add(socket);
    return socket;
  }

  /** Whoever connects gets no answer at all: the queue of those who wait is full. */
  private int blackHole() throws IOException {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), listening(1).getLocalPort());
    for (int i = 0; i < 20; i++) {
      Socket socket = new Socket();
      open.add(socket);
      try {
        socket.connect(address, 200);
      } catch (SocketTimeoutException e) {
        return address.getPort();
      }
    }
    throw new AssertionError("the queue takes everybody");
  }

  private String agent(Integer port, String state, String more) {
    String server =
        port == null
            ? ""
            : "server=http://127.0.0.1:%d,token-file=%s/agent.token,".formatted(port, directory);
    return GatedApp.agent(
        server + "service=shop,state-directory=" + directory.resolve(state) + more);
  }

  private String flagsFile() {
    return ",flags-file=" + directory.resolve("flags.yaml");
  }

  private Duration untilMain(Integer port) throws Exception {
    long start = System.nanoTime();
    try (LiveApp app =
        LiveApp.start(
            JDK, directory, List.of(agent(port, "state", flagsFile())), "main", "until=new")) {
      assertThat(app.line()).isEqualTo("main");
      Duration until = Duration.ofNanos(System.nanoTime() - start);
      assertThat(app.line()).isEqualTo("answer new");
      return until;
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  // The shortest of several starts, for a machine has other things to do too; more of them as long
  // as the difference is too large.
  @Test
  void main_isNotDelayed_comparedWithAnAgentThatHasNoServer() throws Exception {
    Duration ages = Duration.ofMinutes(1);
    for (Map.Entry<String, Integer> absent : ports.entrySet()) {
      Duration with = ages;
      Duration without = ages;
      int starts = 0;
      while (starts < FEWEST_STARTS
          || (with.minus(without).compareTo(MOST) > 0 && starts < MOST_STARTS)) {
        without = shorter(without, untilMain(null));
        with = shorter(with, untilMain(absent.getValue()));
        starts++;
      }
      assertThat(with.minus(without)).as(absent.getKey()).isLessThanOrEqualTo(MOST);
    }
  }

  @Test
  void decisions_areTheLastGoodSnapshots_elseTheFlagsFiles_elseTheFallback() throws Exception {
    keepASnapshot("kept");
    Files.writeString(directory.resolve("flags.yaml"), "flags: {checkout: {percentage: 0}}");
    // The flags file says otherwise.
    assertAnswers("kept", flagsFile(), "new");
    Files.writeString(directory.resolve("flags.yaml"), "flags: {checkout: {percentage: 100}}");
    assertAnswers("none", flagsFile(), "new");
    assertAnswers("none", "", "old");
  }

  /** What the shop's calls come to a second after they began, whichever way the server is away. */
  private void assertAnswers(String state, String more, String expected) throws Exception {
    Map<String, LiveApp> apps = new LinkedHashMap<>();
    for (Map.Entry<String, Integer> absent : ports.entrySet()) {
      String agent = agent(absent.getValue(), state, more);
      LiveApp app = LiveApp.start(JDK, directory, List.of(agent), "burst=1", "linger=1500", "call");
      open.add(app);
      apps.put(absent.getKey(), app);
    }
    for (Map.Entry<String, LiveApp> app : apps.entrySet()) {
      assertThat(app.getValue().line()).as(app.getKey()).isEqualTo("answer " + expected);
    }
  }

  private void keepASnapshot(String state) throws Exception {
    try (BuiltServer server = BuiltServer.start(directory)) {
      server.done("set", "checkout", "percentage=100");
      String options = server.agentOptions() + ",service=shop,state-directory=";
      Run run =
          shop.run(
              JDK,
              List.of(GatedApp.agent(options + directory.resolve(state))),
              "until=new",
              "linger=500");
      assertThat(run.out()).as(run.err()).isEqualTo("answer new\n");
    }
    assertThat(directory.resolve(state).resolve("snapshot.0")).exists();
  }
}
