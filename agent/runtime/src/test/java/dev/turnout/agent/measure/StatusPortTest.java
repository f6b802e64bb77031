package dev.turnout.agent.measure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StatusPortTest {
  private final StatusPort port =
      StatusPort.open(
          "127.0.0.1",
          0,
          Map.of(
              "/metrics",
              () -> "x".repeat(3_000_000).getBytes(UTF_8),
              "/broken",
              StatusPortTest::fail));

  private static byte[] fail() {
    throw new OutOfMemoryError("none left");
  }

  @AfterEach
  void close() {
    port.close();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(port.url() + path))
            .timeout(Duration.ofSeconds(5))
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
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
}
