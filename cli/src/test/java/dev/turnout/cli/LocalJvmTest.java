package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalJvmTest {
  @Test
  void answer_isWhatTheAgentSays_orItsRefusal() {
    assertThat(LocalJvm.answer("42", "ok done")).isEqualTo("done");
    assertThatThrownBy(() -> LocalJvm.answer("42", "refused not now"))
        .isInstanceOf(CommandFailure.class)
        .hasMessage("not now");
  }

  // It may have been done all the same.
  @ParameterizedTest
  @ValueSource(strings = {"", "asked ok"})
  void noAnswer_isNotSaidToBeARefusal(String written) {
    assertThatThrownBy(() -> LocalJvm.answer("42", written))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("it is not known whether it was done: 'turnout agent 42' tells")
        .extracting(e -> ((CommandFailure) e).exitCode())
        .isEqualTo(ExitCode.UNREACHABLE);
  }
}
