package dev.turnout.agent.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import net.bytebuddy.ByteBuddy;
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

  private static Throwable kotlins(String name) throws ReflectiveOperationException {
    return new ByteBuddy()
        .subclass(CancellationException.class)
        .name("kotlinx.coroutines." + name)
        .make()
        .load(FailurePolicyTest.class.getClassLoader())
        .getLoaded()
        .getDeclaredConstructor()
        .newInstance();
  }

  @Test
  void kotlinsTimeout_isNoCancellation_andItsOthersAre() throws Exception {
    assertThat(FailurePolicy.isCancellation(kotlins("TimeoutCancellationException"))).isFalse();
    assertThat(FailurePolicy.isCancellation(kotlins("JobCancellationException"))).isTrue();
  }

  @Test
  void interruptedTransfer_isNoCancellation_sinceTimeoutsOfSocketsAreOfItsKind() {
    assertThat(FailurePolicy.isCancellation(new SocketTimeoutException())).isFalse();
  }

  // Where nothing is measured a call is routed all the same.
  @Test
  void silentPath_recoversFromNoCancellation() {
    SilentPath path = SilentPath.to(SilentPath.BODY, new FailurePolicy(true, List.of()));
    assertThat(path.failed(0, new InterruptedException())).isFalse();
    assertThat(path.failed(0, new InterruptedException())).isFalse();
    assertThat(path.failed(0, new IllegalStateException())).isTrue();
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
