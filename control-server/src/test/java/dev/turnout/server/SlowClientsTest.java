package dev.turnout.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.server.auth.TokenKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bodies that trickle in keep nobody from stopping a flag. */
final class SlowClientsTest extends WithServer {
  // On a machine that is busy with other tests; a body may take five seconds.
  private static final Duration AT_ONCE = Duration.ofSeconds(3);

  private static final int CLIENTS = 300;

  private final List<Socket> sockets = new ArrayList<>();

  @BeforeEach
  void create() {
    served.put("/feature-flags/x", "{\"percentage\": 10}").is(201);
  }

  @AfterEach
  void hangUp() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private Socket begin(String path, String token) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), served.server.port());
    sockets.add(socket);
    String head =
        "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
            + "Content-Length: 100\r\n\r\n{";
    socket.getOutputStream().write(head.formatted(path, token).getBytes(US_ASCII));
    return socket;
  }

  private void assertKillIsAtOnce() {
    long started = System.nanoTime();
    served.post("/feature-flags/kill/x", "{\"reason\": \"errors\"}").is(200);
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(AT_ONCE);
  }

  @Test
  void reports_thatTrickleIn_delayNoKill() throws Exception {
    for (int i = 0; i < CLIENTS; i++) {
      begin("/agent/v1/reports", served.agent);
    }
    assertKillIsAtOnce();
  }

  @Test
  void questions_thatTrickleIn_delayNoKill() throws Exception {
    String viewer = served.token(TokenKind.VIEWER, null);
    for (int i = 0; i < CLIENTS; i++) {
      begin("/feature-flags/evaluate", viewer);
    }
    assertKillIsAtOnce();
  }

  @Test
  void questions_thatTrickleIn_delayNoRollback() throws Exception {
    for (int i = 0; i < CLIENTS; i++) {
      begin("/feature-flags/evaluate", served.admin);
    }
    await().until(() -> served.get("/feature-flags").status() == 503);
    long started = System.nanoTime();
    served.post("/feature-flags/rollback", "{\"all\": true}").is(200);
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(AT_ONCE);
  }

  @Test
  void kill_whoseBodyStalls_isMadeAllTheSame() throws Exception {
    Socket socket = begin("/feature-flags/kill/x", served.admin);
    socket.setSoTimeout(15_000);
    long started = System.nanoTime();
    byte[] answer = new byte[2000];
    int read = socket.getInputStream().read(answer);

    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(AT_ONCE);
    assertThat(new String(answer, 0, Math.max(0, read), US_ASCII)).startsWith("HTTP/1.1 200");
    assertThat(served.flag("x").get("stop").isObject()).isTrue();
  }

  @Test
  void report_overTheShare_isToldToComeLater() throws Exception {
    for (int i = 0; i < CLIENTS; i++) {
      begin("/agent/v1/reports", served.agent);
    }
    await()
        .untilAsserted(
            () ->
                assertThat(served.report("{}").isProblem(503, null).response().headers().map())
                    .containsKey("retry-after"));
    // Their places are free again once their time is over.
    await().atMost(Duration.ofSeconds(15)).until(() -> served.report("{}").status() == 400);
  }

  @Test
  void evaluation_overTheShare_isToldToComeLater() throws Exception {
    String path = "/ofrep/v1/evaluate/flags/x";
    for (int i = 0; i < CLIENTS; i++) {
      begin(path, served.admin);
    }
    await()
        .untilAsserted(
            () ->
                assertThat(served.post(path, "{}").isProblem(429, null).response().headers().map())
                    .containsKey("retry-after"));
  }

  @Test
  void body_thatNeverEnds_isGivenUp() throws Exception {
    Socket socket = begin("/agent/v1/reports", served.agent);
    Thread trickle =
        new Thread(
            () -> {
              try {
                for (int i = 0; i < 50; i++) {
                  Thread.sleep(500);
                  socket.getOutputStream().write(' ');
                }
              } catch (IOException | InterruptedException e) {
                // The server has hung up, as it should.
                Thread.currentThread().interrupt();
              }
            });
    trickle.start();
    long started = System.nanoTime();
    socket.setSoTimeout(15_000);
    byte[] answer = new byte[2000];
    int read = socket.getInputStream().read(answer);

    assertThat(Duration.ofNanos(System.nanoTime() - started))
        .isBetween(Duration.ofSeconds(4), Duration.ofSeconds(7));
    assertThat(new String(answer, 0, Math.max(0, read), US_ASCII))
        .startsWith("HTTP/1.1 408")
        .contains("\"field\":\"body\"");
    trickle.interrupt();
  }
}
