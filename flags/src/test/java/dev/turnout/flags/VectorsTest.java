package dev.turnout.flags;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Holds bucketing and statistics against values computed by independent implementations. */
class VectorsTest {

  private static JsonNode vectors(String name) throws IOException {
    try (InputStream in = VectorsTest.class.getResourceAsStream("/vectors/" + name)) {
      return JsonMapper.shared().readTree(in);
    }
  }

  @Test
  void bucket_everyVector() throws IOException {
    JsonNode all = vectors("bucketing.json").get("turnout1");
    assertThat(all.size()).isGreaterThan(30);
    for (JsonNode vector : all) {
      int seed = Bucketing.seed(vector.get("flag").asString());
      assertThat(Bucketing.bucket(vector.get("key").asString(), seed))
          .as(vector.toString())
          .isEqualTo(vector.get("bucket").asInt());
    }
  }

  @Test
  void variantBucket_everyVector() throws IOException {
    JsonNode all = vectors("bucketing.json").get("turnout1_variant");
    assertThat(all.size()).isGreaterThan(30);
    for (JsonNode vector : all) {
      int seed = Bucketing.variantSeed(vector.get("flag").asString());
      assertThat(Bucketing.bucket(vector.get("key").asString(), seed))
          .as(vector.toString())
          .isEqualTo(vector.get("bucket").asInt());
    }
  }

  @Test
  void murmur3_everyVector() throws IOException {
    JsonNode all = vectors("bucketing.json").get("murmur3_32");
    assertThat(all.size()).isGreaterThan(5);
    for (JsonNode vector : all) {
      int hash =
          Bucketing.murmur3(vector.get("text").asString(), (int) vector.get("seed").asLong());
      assertThat(hash & 0xffffffffL).as(vector.toString()).isEqualTo(vector.get("hash").asLong());
    }
  }

  @Test
  void logEvidence_everyVector() throws IOException {
    JsonNode all = vectors("eprocess.json").get("limit");
    assertThat(all.size()).isGreaterThan(2);
    for (JsonNode vector : all) {
      SequentialTest test = new SequentialTest(vector.get("p0").asDouble());
      for (JsonNode window : vector.get("windows")) {
        test.add(window.get("bad").asLong(), window.get("calls").asLong());
        assertThat(test.logEvidence())
            .as(window.toString())
            .isCloseTo(window.get("lnE").asDouble(), within(1e-9));
      }
    }
  }
}
