package dev.turnout.agent.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailurePolicyTest {
  /** Knows a class whose superclass is not there, as with an optional dependency. */
  private static final class Lame extends ClassLoader {
    Lame() {
      super(FailurePolicyTest.class.getClassLoader());
    }

    @Override
    protected Class<?> findClass(String name) {
      throw new NoClassDefFoundError("GoneBase");
    }
  }

  @Test
  void exceptionThatCannotBeLoaded_neverMatches() {
    List<String> doubts = new ArrayList<>();
    FailurePolicy policy =
        FailurePolicy.of(false, "Gone,java.lang.IllegalStateException", new Lame(), doubts::add);
    assertThat(policy.ignores(new IllegalStateException())).isTrue();
    assertThat(policy.ignores(new RuntimeException())).isFalse();
    assertThat(doubts)
        .containsExactly(
            "no failure can be ignored as Gone (java.lang.NoClassDefFoundError: GoneBase)");
  }
}
