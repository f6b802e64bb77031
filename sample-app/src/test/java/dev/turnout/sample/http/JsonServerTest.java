package dev.turnout.sample.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.FlagContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class JsonServerTest {

  @Test
  void request_runsInTheFlagContextOfItsHeaders() throws Exception {
    assertThat(contextOf("X-User", "ann", "X-Ring", "beta"))
        .isEqualTo(Map.of("user", "ann", "ring", "beta"));
  }

  @Test
  void request_withoutHeadersRunsInAnEmptyContext() throws Exception {
    assertThat(contextOf("Accept", "*/*")).isEqualTo(Map.of());
  }

  private static Map<?, ?> contextOf(String... headers) throws Exception {
    Route route = new Route("GET", "/", request -> Answer.ok(FlagContext.current().attributes()));
    try (JsonServer server =
        JsonServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), List.of(route))) {
      URI uri = URI.create("http://127.0.0.1:" + server.port() + "/");
      HttpRequest request = HttpRequest.newBuilder(uri).headers(headers).build();
      String body = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
      return JsonMapper.shared().readValue(body, Map.class);
    }
  }
}
