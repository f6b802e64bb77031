package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.flags.Report;
import java.lang.reflect.InvocationTargetException;
import org.junit.jupiter.api.Test;

class UndecidedGatesTest {
  @Test
  void keyWhoseGetterThrew_isToldByWhatItThrew() {
    AgentRuntime runtime = InstalledAgent.with("");
    try {
      Throwable failure = new InvocationTargetException(new IllegalStateException("no session"));
      runtime.undecided(getClass().getClassLoader(), "f", "Service#play()", failure);
      assertThat(runtime.gates())
          .containsExactly(
              new Report.Gate(
                  "f",
                  "Service#play()",
                  true,
                  "a call could not be decided and took the fallback: "
                      + "java.lang.IllegalStateException: no session"));
    } finally {
      runtime.close();
    }
  }
}
