package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The agent's threads with all of it at work, whatever becomes of a real control server. */
class AgentThreadsIT {
  private static final int MOST = 4;
  private static final List<String> LASTING =
      List.of("turnout-engine", "turnout-requests", "turnout-stream");

  /** There for one line, for one page, and for one thing to be written or read. */
  private static final List<String> PASSING =
      List.of(
          "turnout-log",
          "turnout-page",
          "turnout-store",
          "turnout-disk",
          "turnout-read",
          "turnout-rehearsal");

  private static final String AGENT_LOADER = "dev.turnout.bootstrap.AgentClassLoader";
  private static final Duration LONG_ENOUGH_FOR_RECONNECTS = Duration.ofSeconds(3);

  @TempDir Path directory;
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Process> processes = new ArrayList<>();
  private Path classes;
  private Path data;
  private int serverPort;
  private int metricsPort;

  /** One thread, as the application sees it. */
  private record Seen(String name, boolean daemon, String loader) {}

  static List<Path> jdks() {
    return Jdks.all();
  }

  @BeforeEach
  void prepare() throws Exception {
    classes =
        Javac.compile(
            directory.resolve("classes"),
            List.of(Built.ANNOTATIONS),
            "split",
            "checkout",
            "threads");
    data = directory.resolve("data");
    serverPort = HostAgent.freePort();
    metricsPort = HostAgent.freePort();
  }

  @AfterEach
  void end() {
    processes.forEach(Process::destroyForcibly);
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void whateverTheServerDoes_threadsAreFewDaemonsAndTheAgentsOwn(Path jdk) throws Exception {
    Process server = startServer();
    Lookout plain = new Lookout(jdk, List.of());
    Set<String> others = new TreeSet<>();
    plain.threads().forEach(thread -> others.add(thread.name()));
    plain.end();

    Lookout lookout = new Lookout(jdk, List.of(agent()));
    awaitConnected();
    watch(lookout, others, "connected");

    server.destroyForcibly().waitFor();
    watch(lookout, others, "server killed");

    try (ServerSocket blackHole =
        new ServerSocket(serverPort, 50, InetAddress.getLoopbackAddress())) {
      watch(lookout, others, "server accepts and never answers");
      assertThat(blackHole.isBound()).isTrue();
    }
    startServer();
    awaitConnected();
    watch(lookout, others, "connected again");
    lookout.end();
  }

  private void watch(Lookout lookout, Set<String> others, String when) throws Exception {
    long until = System.nanoTime() + LONG_ENOUGH_FOR_RECONNECTS.toNanos();
    while (System.nanoTime() - until < 0) {
      List<Seen> own = new ArrayList<>(lookout.threads());
      own.removeIf(thread -> others.contains(thread.name()));
      assertThat(own)
          .as(when)
          .allMatch(Seen::daemon)
          .allMatch(thread -> thread.loader().equals(AGENT_LOADER));
      assertThat(own)
          .filteredOn(it -> !it.name().matches("turnout-(page|store|disk|read|rehearsal)"))
          .hasSizeLessThanOrEqualTo(MOST);
      assertThat(own)
          .as(when)
          .extracting(Seen::name)
          .filteredOn(name -> !PASSING.contains(name))
          .containsExactlyInAnyOrderElementsOf(LASTING);
      assertThat(get(metricsPort, "/metrics", "")).as(when).contains("turnout_trips");
      Thread.sleep(200);
    }
  }

  private String agent() {
    return GatedApp.agent(
        "service=shop,server=http://127.0.0.1:%d,token-file=%s,state-directory=%s,metrics-port=%d"
            .formatted(
                serverPort, data.resolve("agent.token"), directory.resolve("state"), metricsPort));
  }

  private Process startServer() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Built.TURNOUT.toString(),
                "server",
                "--port",
                String.valueOf(serverPort),
                "--data",
                data.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("server.txt").toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process server = builder.start();
    processes.add(server);
    await().atMost(60, TimeUnit.SECONDS).ignoreExceptions().until(() -> isUp());
    return server;
  }

  private boolean isUp() throws Exception {
    return !get(serverPort, "/health", "").isEmpty();
  }

  private void awaitConnected() {
    await()
        .atMost(60, TimeUnit.SECONDS)
        .ignoreExceptions()
        .until(
            () ->
                get(serverPort, "/agents", Files.readString(data.resolve("admin.token")).strip())
                    .replace(" ", "")
                    .contains("\"connected\":true"));
  }

  private String get(int port, String path, String token) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Authorization", "Bearer " + token)
            .timeout(Duration.ofSeconds(10))
            .build();
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    return response.statusCode() == 200 ? response.body() : "";
  }

  /** The application under watch. */
  private final class Lookout {
    private final Process process;
    private final OutputStream in;
    private final BufferedReader out;

    Lookout(Path jdk, List<String> options) throws IOException {
      List<String> command = new ArrayList<>(List.of(jdk.resolve("bin/java").toString()));
      command.addAll(options);
      command.addAll(List.of("-cp", Javac.classPath(List.of(classes, Built.ANNOTATIONS))));
      command.add("shop.Lookout");
      process =
          new ProcessBuilder(command)
              .redirectError(directory.resolve("lookout.txt").toFile())
              .start();
      processes.add(process);
      in = process.getOutputStream();
      out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      assertThat(out.readLine()).startsWith("answer ");
    }

    List<Seen> threads() throws IOException {
      in.write('\n');
      in.flush();
      List<Seen> threads = new ArrayList<>();
      String line;
      while ((line = out.readLine()) != null && !line.equals("all")) {
        String[] words = line.split(" ", 4);
        threads.add(new Seen(words[3], Boolean.parseBoolean(words[1]), words[2]));
      }
      assertThat(line).isEqualTo("all");
      return threads;
    }

    void end() throws Exception {
      in.close();
      assertThat(process.waitFor(5, TimeUnit.SECONDS)).as("it ended").isTrue();
      assertThat(process.exitValue()).isZero();
    }
  }
}
