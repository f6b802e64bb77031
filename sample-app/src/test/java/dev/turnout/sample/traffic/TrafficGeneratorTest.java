package dev.turnout.sample.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.sample.GameService;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TrafficGeneratorTest {

  @Test
  void ring_isInternalThenBetaThenGa() {
    TrafficPlan plan = TrafficPlan.against(URI.create("http://localhost"));

    assertThat(
            IntStream.rangeClosed(1, plan.users())
                .mapToObj(plan::ring)
                .collect(Collectors.groupingBy(ring -> ring, Collectors.counting())))
        .containsEntry("internal", 30L)
        .containsEntry("beta", 60L)
        .containsEntry("ga", 210L);
    assertThat(plan.ring(30)).isEqualTo("internal");
    assertThat(plan.ring(31)).isEqualTo("beta");
    assertThat(plan.ring(91)).isEqualTo("ga");
  }

  @Test
  void traffic_reachesEveryUseCaseOfEveryServiceWithoutAFailure() throws Exception {
    try (GameService a = GameService.start(0, GameService.IN_MEMORY, "a");
        GameService b = GameService.start(0, GameService.IN_MEMORY, "b")) {
      TrafficPlan plan =
          TrafficPlan.against(base(a), base(b)).withUsers(20).withCallsPerSecond(300);
      TrafficGenerator traffic = TrafficGenerator.start(plan);
      try (traffic) {
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> traffic.okCalls() + traffic.failedCalls() >= 400);
      }

      assertThat(traffic.failedCalls()).isZero();
      assertThat(newCalls(a)).isPositive();
      assertThat(newCalls(b)).isPositive();
      assertThat(newCalls(a) + newCalls(b)).isEqualTo(traffic.okCalls());
    }
  }

  @Test
  void traffic_withoutAServiceOnlyCountsFailures() throws Exception {
    URI nobody;
    try (GameService gone = GameService.start(0, GameService.IN_MEMORY, "gone")) {
      nobody = base(gone);
    }
    TrafficGenerator traffic =
        TrafficGenerator.start(TrafficPlan.against(nobody).withUsers(5).withCallsPerSecond(100));
    try (traffic) {
      await().until(() -> traffic.failedCalls() >= 10);
    }

    assertThat(traffic.okCalls()).isZero();
  }

  private static URI base(GameService service) {
    return URI.create("http://127.0.0.1:" + service.port());
  }

  private static long newCalls(GameService service) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(base(service).resolve("/stats")).build();
    String body = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    JsonNode useCases = JsonMapper.shared().readTree(body).path("use_cases");
    assertThat(useCases.valueStream())
        .hasSize(4)
        .allSatisfy(useCase -> assertThat(useCase.path("new_calls").longValue()).isPositive());
    return useCases.valueStream().mapToLong(u -> u.path("new_calls").longValue()).sum();
  }
}
