package dev.turnout.agent.measure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.turnout.agent.AgentThread;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatusPortTest {
  private volatile boolean open = true;
  private final StatusPort port =
      StatusPort.open(
          "127.0.0.1",
          StatusPort.address("127.0.0.1", 0),
          Map.of(
              "/metrics",
              () -> "x".repeat(3_000_000).getBytes(UTF_8),
              "/broken",
              StatusPortTest::fail,
              "/slow",
              this::slow),
          page -> AgentThread.start("page", page));
  private final AtomicInteger turns = new AtomicInteger();
  private final CountDownLatch slowly = new CountDownLatch(1);

  @BeforeEach
  void serve() {
    AgentThread.start(
        "port",
        () ->
            AgentThread.repeat(
                "serving",
                () -> open,
                () -> {
                  turns.incrementAndGet();
                  port.serve(20);
                }));
  }

  private byte[] slow() {
    try {
      slowly.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return "at last".getBytes(UTF_8);
  }

  private static byte[] fail() {
    throw new OutOfMemoryError("none left");
  }

  @AfterEach
  void close() {
    open = false;
    slowly.countDown();
    port.close();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(request(path));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(port.url() + path))
        .version(HttpClient.Version.HTTP_1_1)
        .timeout(Duration.ofSeconds(5));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private Socket connect() throws IOException {
    URI url = URI.create(port.url());
    return new Socket(url.getHost(), url.getPort());
  }

  @Test
  void pages() throws Exception {
    assertThat(get("/metrics?a=b").body()).hasSize(3_000_000);
    assertThat(get("/nothing").statusCode()).isEqualTo(404);
    assertThat(get("/nothing").body()).contains("/metrics");
  }

  @Test
  void pagesWhereDigitsAreOthers() throws Exception {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
    try {
      assertThat(get("/metrics").body()).hasSize(3_000_000);
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void headOfAPage() throws Exception {
    HttpResponse<String> answer =
        send(request("/metrics").method("HEAD", HttpRequest.BodyPublishers.noBody()));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValueAsLong("Content-Length")).hasValue(3_000_000);
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void otherMethods_areRefusedAtOnce_whateverTheySend() throws Exception {
    HttpResponse<String> answer =
        send(request("/metrics").POST(HttpRequest.BodyPublishers.ofString("a=b")));
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).hasValue("GET, HEAD");
  }

  @Test
  void urlOfAnIpv6Host_hasItInBrackets() {
    assertThat(StatusPort.url("::1", 80)).isEqualTo("http://[::1]:80");
    assertThat(StatusPort.url("[::1]", 80)).isEqualTo("http://[::1]:80");
    assertThat(StatusPort.url("localhost", 80)).isEqualTo("http://localhost:80");
  }

  @Test
  void idleClients_keepNobodyWaiting() throws Exception {
    List<Socket> idle = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      idle.add(connect());
    }
    assertThat(get("/metrics").statusCode()).isEqualTo(200);
    for (Socket socket : idle) {
      socket.close();
    }
  }

  @Test
  void endlessRequest_isCutOff() throws Exception {
    try (Socket socket = connect()) {
      OutputStream out = socket.getOutputStream();
      byte[] junk = "GET /".repeat(1_000).getBytes(UTF_8);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 10_000; i++) {
                  out.write(junk);
                }
              })
          .isInstanceOf(IOException.class);
    }
    assertThat(get("/metrics").statusCode()).isEqualTo(200);
  }

  @Test
  void failingPage_costsOneAnswer() throws Exception {
    assertThatThrownBy(() -> get("/broken")).isInstanceOf(IOException.class);
    assertThat(get("/metrics").statusCode()).isEqualTo(200);
  }

  @Test
  void slowPage_keepsOthersWaiting_butNotWhoServes() throws Exception {
    try (Socket slow = connect()) {
      slow.getOutputStream().write("GET /slow HTTP/1.1\r\n\r\n".getBytes(UTF_8));
      try (Socket next = connect()) {
        next.getOutputStream().write("GET /nothing HTTP/1.1\r\n\r\n".getBytes(UTF_8));
        int before = turns.get();
        await().until(() -> turns.get() > before + 10);
        assertThat(next.getInputStream().available()).isZero();
        slowly.countDown();
        assertThat(new String(slow.getInputStream().readAllBytes(), UTF_8)).endsWith("at last");
        assertThat(new String(next.getInputStream().readAllBytes(), UTF_8)).contains("404");
      }
    }
  }

  @Test
  void readerThatStops_keepsNobodyWaiting() throws Exception {
    try (Socket stopped = connect()) {
      stopped.getOutputStream().write("GET /metrics HTTP/1.1\r\n\r\n".getBytes(UTF_8));
      assertThat(stopped.getInputStream().read()).isEqualTo('H');
      assertThat(get("/metrics").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void hostThatCannotBeResolved_isNamed() {
    assertThatThrownBy(() -> StatusPort.address("nowhere.invalid", 0))
        .hasMessage(
            "metrics-host \"nowhere.invalid\" cannot be resolved: it must be a name or address of"
                + " this machine, such as 127.0.0.1, or 0.0.0.0 for all of them");
  }

  @Test
  void portThatIsTaken_isNamed() {
    int taken = URI.create(port.url()).getPort();
    InetSocketAddress address = StatusPort.address("127.0.0.1", taken);
    assertThatThrownBy(() -> StatusPort.open("127.0.0.1", address, Map.of(), Runnable::run))
        .hasMessageStartingWith("metrics-port " + taken + " cannot be opened at metrics-host")
        .hasMessageContaining("the port must be free")
        .hasMessageNotContaining("Exception");
  }
}
