package dev.turnout.flags;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VariantsTest {
  private static Map<String, Percentage> weights(Object... namesAndPercents) {
    Map<String, Percentage> weights = new LinkedHashMap<>();
    for (int i = 0; i < namesAndPercents.length; i += 2) {
      double percent = ((Number) namesAndPercents[i + 1]).doubleValue();
      weights.put((String) namesAndPercents[i], Percentage.of(percent));
    }
    return weights;
  }

  private static void assertRefused(Map<String, Percentage> weights, String message) {
    assertThatExceptionOfType(InvalidFlagException.class)
        .isThrownBy(() -> Variants.of(weights))
        .withMessage("variants: " + message)
        .satisfies(e -> assertThat(e.field()).isEqualTo("variants"));
  }

  @Test
  void of_fractions_sumExactly() {
    Map<String, Percentage> thirds = weights("a", 33.33, "b", 33.33, "c", 33.34);
    assertThat(Variants.of(thirds).weights()).containsExactlyEntriesOf(thirds);
  }

  @Test
  void of_oneWithAll_andOneWithNothing() {
    assertThat(Variants.of(weights("only", 100)).names()).containsExactly("only");
    assertThat(Variants.of(weights("gone", 0, "all", 100)).names()).containsExactly("gone", "all");
  }

  @Test
  void of_nothing_isNone() {
    assertThat(Variants.of(Map.of())).isSameAs(Variants.NONE);
    assertThat(Variants.NONE.isEmpty()).isTrue();
  }

  @Test
  void of_wrongSum_saysWhatItIs() {
    String wanted = "must have weights that sum to exactly 100 %, not ";
    assertRefused(weights("a", 33.33, "b", 33.33, "c", 33.33), wanted + "99.99 %");
    assertRefused(weights("a", 50, "b", 50.001), wanted + "100.001 %");
    assertRefused(weights("a", 0), wanted + "0 %");
  }

  @Test
  void of_reservedName_isRefused() {
    assertRefused(
        weights("on", 50, "b", 50), "\"on\" means a flag without variants: give it another name");
    assertRefused(
        weights("a", 50, "off", 50), "\"off\" means a flag without variants: give it another name");
  }

  @Test
  void of_nameThatIsNone_isRefused() {
    assertThatExceptionOfType(InvalidFlagException.class)
        .isThrownBy(() -> Variants.of(weights("a b", 100)))
        .withMessageStartingWith("variants: must be 1 to 128 characters");
  }

  @Test
  void of_tooMany_isRefused() {
    Map<String, Percentage> many = new LinkedHashMap<>();
    for (int i = 0; i < Variants.MOST; i++) {
      many.put("v" + i, Percentage.of(5));
    }
    assertThat(Variants.of(many).names()).hasSize(20);
    many.put("more", Percentage.ZERO);
    assertRefused(many, "must be at most 20, not 21");
  }

  @Test
  void twiceTheSameName_isRefused() {
    Variants.Variant half = new Variants.Variant("a", Percentage.of(50));
    assertThatExceptionOfType(InvalidFlagException.class)
        .isThrownBy(() -> new Variants(List.of(half, half)))
        .withMessage("variants: \"a\" is there twice");
  }

  @Test
  void equals_otherOrder_isAnother() {
    Variants one = Variants.of(weights("a", 50, "b", 50));
    Variants other = Variants.of(weights("b", 50, "a", 50));
    assertThat(one).isNotEqualTo(other);
    assertThat(Flag.named("f").edit().variants(one).done())
        .isNotEqualTo(Flag.named("f").edit().variants(other).done());
    assertThat(new ArrayList<>(other.weights().keySet())).containsExactly("b", "a");
  }
}
