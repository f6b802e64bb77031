package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.agent.weave.GateRules;
import dev.turnout.agent.weave.GateTransformer;
import dev.turnout.agent.weave.LoadedClasses;
import dev.turnout.agent.weave.MissedClasses;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoadedGatesTest {
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch free = new CountDownLatch(1);
  private volatile boolean slow;

  private Instrumentation instrumentation() {
    return (Instrumentation)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Instrumentation.class},
            (proxy, method, arguments) -> {
              if (slow) {
                asked.countDown();
                free.await();
              }
              return new Class<?>[0];
            });
  }

  @Test
  void lookThatDoesNotEnd_isNotWaitedForLongerThanMinutes() throws Exception {
    Instrumentation instrumentation = instrumentation();
    GateTransformer.Findings findings = (loader, flag, method, problem) -> {};
    GateTransformer transformer = new GateTransformer(instrumentation, GateRules.NONE, findings);
    LoadedClasses classes = new LoadedClasses(instrumentation, transformer, findings);
    MissedClasses missed = new MissedClasses(instrumentation, transformer, classes, findings);
    LoadedGates gates = new LoadedGates(classes, missed, true);
    gates.gate();
    slow = true;
    long start = System.nanoTime();
    gates.look(start + TimeUnit.SECONDS.toNanos(4));
    asked.await();
    gates.look(start + TimeUnit.MINUTES.toNanos(4));
    assertThat(gates.overlooked()).isEmpty();
    gates.look(start + TimeUnit.MINUTES.toNanos(6));
    assertThat(gates.overlooked()).singleElement().asString().contains("has not answered");
    assertThat(classes.forgetLatecomers()).isFalse();
    gates.look(start + TimeUnit.MINUTES.toNanos(7));
    assertThat(gates.overlooked()).hasSize(1);
    free.countDown();
  }
}
