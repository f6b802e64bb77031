package dev.turnout.flags;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BucketingTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "a", "user-1", "пользователь", "用户", "\ud83d\ude00"})
  void bucket_isOneOfThem(String key) {
    assertThat(Bucketing.bucket(key, Bucketing.seed("f"))).isBetween(0, Percentage.BUCKETS - 1);
  }
}
