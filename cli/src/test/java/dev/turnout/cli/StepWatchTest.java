package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.flags.Percentage;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What a step's errors are held against. */
final class StepWatchTest {
  private final StepWatch watch =
      new StepWatch(Map.of("f", Percentage.of(10)), 5, 100, /* mayBeFrozen= */ false);

  private static JsonNode status(long calls, long errors, boolean tripped) {
    return ControlApi.json()
        .readTree(
            """
            {"flags":[{"name":"f","enabled":true,"strategy":"percentage","percentage":10,
             "instances":[{"service":"s","instance":"i","tripped_here":%s,
              "new":{"calls":%d,"errors":%d}}]}]}"""
                .formatted(tripped, calls, errors));
  }

  @Test
  void problem_errorsBeforeTheStep_doNotCount() {
    assertThat(watch.problem(status(1_000, 900, false))).isNull();
    assertThat(watch.problem(status(1_200, 909, false))).isNull();
    assertThat(watch.seen()).isEqualTo(new StepWatch.Counts(200, 9));
  }

  @Test
  void problem_moreErrorsThanAllowed() {
    assertThat(watch.problem(status(1_000, 0, false))).isNull();
    assertThat(watch.problem(status(1_100, 6, false)))
        .contains("f: 6 of 100 calls of the new path failed since this step began (6.0 %");
  }

  @Test
  void problem_fewCalls_sayNothing() {
    assertThat(watch.problem(status(0, 0, false))).isNull();
    assertThat(watch.problem(status(99, 99, false))).isNull();
  }

  @Test
  void problem_instanceStartedAnew_countsFromItsStart() {
    assertThat(watch.problem(status(5_000, 3, false))).isNull();
    assertThat(watch.problem(status(150, 8, false))).contains("8 of 150");
  }

  @Test
  void problem_tripOnAnInstance() {
    assertThat(watch.problem(status(0, 0, true))).isEqualTo("f tripped on s/i");
  }

  @Test
  void problem_flagIsGone() {
    assertThat(watch.problem(ControlApi.object())).isEqualTo("flag f is gone");
  }
}
