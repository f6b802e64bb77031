package dev.turnout.cli.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.turnout.flags.Flag;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Placement.Algorithm;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class UnleashStateTest {
  private static final JsonNode STATE =
      JsonMapper.shared()
          .readTree(
              """
              {"features": [{"name": "a"}, {"name": "b"}],
               "featureEnvironments": [
                 {"featureName": "a", "environment": "dev", "enabled": true},
                 {"featureName": "a", "environment": "prod", "enabled": true, "variants": [
                   {"name": "x", "weight": 500}, {"name": "y", "weight": 500}]},
                 {"featureName": "b", "environment": "prod", "enabled": false}],
               "featureStrategies": [
                 {"id": "1", "featureName": "a", "environment": "dev", "name": "default"},
                 {"id": "2", "featureName": "a", "environment": "prod",
                  "strategyName": "flexibleRollout",
                  "parameters": {"rollout": "20", "stickiness": "userId", "groupId": "a"}},
                 {"id": "3", "featureName": "b", "environment": "prod", "name": "default"}],
               "featureStrategySegments": [{"featureStrategyId": "3", "segmentId": 7}],
               "dependencies": [{"feature": "b", "dependencies": [{"feature": "a"}]}]}
              """);

  private static Migration read(String environment) {
    return Product.UNLEASH.read(STATE, Algorithm.FLAGD, environment);
  }

  @Test
  void feature_isThatOfTheEnvironment() {
    Flag prod = read("prod").moved().get("a").flag();
    assertThat(prod.percentage()).isEqualTo(Percentage.of(20));
    assertThat(prod.variants().names()).containsExactly("x", "y");
    assertThat(prod.bucketing().exposure()).isEqualTo(Algorithm.UNLEASH);

    Flag dev = read("dev").moved().get("a").flag();
    assertThat(dev.percentage()).isEqualTo(Percentage.FULL);
    assertThat(dev.variants().isEmpty()).isTrue();
  }

  @Test
  void segments_ofAStrategy_areFound() {
    assertThat(read("prod").refused().get("b")).contains("segments");
  }

  @Test
  void feature_thatTheEnvironmentDoesNotHave_isOff() {
    Flag b = read("dev").moved().get("b").flag();
    assertThat(b.enabled()).isFalse();
    assertThat(b.dependencies()).containsExactly("a");
  }

  @Test
  void environment_mustBeNamed_ifThereAreSeveral() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(null))
        .withMessageContaining("[dev, prod]");
    assertThatIllegalArgumentException().isThrownBy(() -> read("test"));
  }
}
