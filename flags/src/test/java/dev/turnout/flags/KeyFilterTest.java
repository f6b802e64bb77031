package dev.turnout.flags;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFilterTest {
  @Test
  void anEmptySetHoldsNothing() {
    assertThat(new KeyFilter(List.of()).mayHold("user-1")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 5, 1_000, 10_000, 65_537})
  void everyKeyOfTheSetMayBeHeldAndHardlyAnyOther(int size) {
    List<String> keys = IntStream.range(0, size).mapToObj(i -> "user-" + i).toList();

    KeyFilter filter = new KeyFilter(keys);

    assertThat(keys).allMatch(filter::mayHold);
    long mistaken = IntStream.range(0, 100_000).filter(i -> filter.mayHold("guest-" + i)).count();
    assertThat(mistaken).isLessThan(100_000 / 12);
  }
}
