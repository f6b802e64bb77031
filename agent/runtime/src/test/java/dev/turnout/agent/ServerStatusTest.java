package dev.turnout.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.turnout.bootstrap.GateLinker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** What the status says of the control server. */
class ServerStatusTest {
  @TempDir Path directory;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile int answer = 401;
  private HttpServer server;
  private String url;
  private AgentRuntime runtime;

  @BeforeEach
  void serve() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            boolean streams = exchange.getRequestURI().getPath().endsWith("/stream");
            if (answer != 200 || !streams) {
              exchange.sendResponseHeaders(answer == 200 ? 304 : answer, -1);
              return;
            }
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            while (answer == 200) {
              exchange.getResponseBody().write(": alive\n\n".getBytes(UTF_8));
              exchange.getResponseBody().flush();
              Thread.sleep(100);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    server.start();
    url = "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @AfterEach
  void stop() {
    answer = 401;
    runtime.close();
    GateLinker.connect(null);
    server.stop(0);
    threads.shutdownNow();
  }

  private void start(String more) throws Exception {
    runtime = InstalledAgent.with("state-directory=" + directory.resolve("state") + more);
    Class.forName(Subjects.class.getName(), true, new FreshLoader());
    await().until(() -> runtime.engine() != null);
  }

  private void startWithServer() throws Exception {
    Path token = Files.writeString(directory.resolve("agent.token"), "secret");
    start(",server=" + url + ",token-file=" + token);
  }

  private JsonNode told() {
    return new ObjectMapper().readTree(runtime.apply("status")).path("server");
  }

  @Test
  void serverThatLetsNobodyIn_isAProblem() throws Exception {
    startWithServer();

    await().untilAsserted(() -> assertThat(problem()).contains("stream").endsWith("answered 401"));
    assertThat(told().get("url").asString()).isEqualTo(url);
    assertThat(told().get("stream").asString()).isEqualTo("waiting");
    assertThat(told().get("contact_age_seconds").isNull()).isTrue();
  }

  private String problem() {
    return told().path("problem").asString("");
  }

  @Test
  void serverThatIsFollowed_isNone() throws Exception {
    answer = 200;

    startWithServer();

    await().until(() -> told().path("contact_age_seconds").isNumber());
    assertThat(told().get("contact_age_seconds").asLong()).isBetween(0L, 5L);
    assertThat(told().get("stream").asString()).isEqualTo("connected");
    assertThat(told().get("problem").isNull()).isTrue();
  }

  @Test
  void withoutAServer_nothingIsSaidOfOne() throws Exception {
    start(",flags-file=" + Files.writeString(directory.resolve("f.yaml"), "flags: {}"));

    assertThat(told().isMissingNode()).isTrue();
  }
}
