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

  private static int exposure(Placement.Algorithm algorithm, String with, String salt, String key) {
    Placement placement = new Placement(algorithm, Placement.Algorithm.TURNOUT1, with, salt);
    Flag flag = Flag.named("f").edit().bucketing(placement).done();
    return RivalBucketing.exposure(flag).of(key);
  }

  private static String text(JsonNode vector, String field) {
    return vector.get(field).asString();
  }

  @Test
  void launchdarkly_everyVector() throws IOException {
    for (JsonNode vector : rival("launchdarkly", 3)) {
      String key = text(vector, "key");
      String flag = text(vector, "flag");
      String salt = text(vector, "salt");
      double bucket = vector.get("bucket").asDouble();
      assertThat(new Sha1Buckets(flag, salt).place(key)).isCloseTo((float) bucket, within(1e-7f));
      assertThat(exposure(Placement.Algorithm.LAUNCHDARKLY, flag, salt, key))
          .as(vector.toString())
          .isEqualTo((int) (bucket * Percentage.BUCKETS));
    }
  }

  @Test
  void unleash_everyVector() throws IOException {
    for (JsonNode vector : rival("unleash", 5)) {
      int normalized = vector.get("normalized").asInt();
      assertThat(
              exposure(
                  Placement.Algorithm.UNLEASH, text(vector, "group"), null, text(vector, "key")))
          .as(vector.toString())
          .isEqualTo(Percentage.of(normalized).buckets() - 1);
    }
  }

  @Test
  void flagd_everyVector() throws IOException {
    for (JsonNode vector : rival("flagd", 3)) {
      int bucket =
          exposure(Placement.Algorithm.FLAGD, text(vector, "flag"), null, text(vector, "key"));
      int total = vector.get("total").asInt();
      assertThat(bucket / (Percentage.BUCKETS / total))
          .as(vector.toString())
          .isEqualTo(vector.get("bucket").asInt());
    }
  }

  @Test
  void growthbook2_everyVector() throws IOException {
    for (JsonNode vector : rival("growthbook2", 2)) {
      String seed = text(vector, "seed");
      int place = (int) Math.round(vector.get("bucket").asDouble() * Percentage.BUCKETS);
      assertThat(exposure(Placement.Algorithm.GROWTHBOOK2, seed, null, text(vector, "key")))
          .as(vector.toString())
          .isEqualTo(place - 1);
      Placement placement =
          new Placement(Placement.Algorithm.TURNOUT1, Placement.Algorithm.GROWTHBOOK2, seed, null);
      Flag flag = Flag.named("f").edit().bucketing(placement).done();
      assertThat(RivalBucketing.variants(flag).of(text(vector, "key")))
          .as(vector.toString())
          .isEqualTo(place);
    }
  }

  @Test
  void goff_everyVector() throws IOException {
    for (JsonNode vector : rival("goff", 2)) {
      assertThat(
              exposure(Placement.Algorithm.GOFF, text(vector, "flag"), null, text(vector, "key")))
          .as(vector.toString())
          .isEqualTo(vector.get("bucket").asInt());
    }
  }

  private static JsonNode rival(String name, int size) throws IOException {
    JsonNode all = vectors("bucketing.json").get(name);
    assertThat(all.size()).isGreaterThanOrEqualTo(size);
    return all;
  }

  @Test
  void murmur3_everyVector() throws IOException {
    JsonNode all = vectors("bucketing.json").get("murmur3_32");
    assertThat(all.size()).isGreaterThan(5);
    for (JsonNode vector : all) {
      int hash = Murmur3.of(vector.get("text").asString(), (int) vector.get("seed").asLong());
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
