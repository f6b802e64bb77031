package dev.turnout.benchmarks.peers;

import com.alibaba.csp.sentinel.slots.block.RuleConstant;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRule;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRuleManager;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Other ways to measure a call and to stop it when it goes wrong. */
public final class Measuring {
  private Measuring() {}

  /** Micrometer's timer: count, sum and maximum. */
  @State(Scope.Benchmark)
  public static class MicrometerTimer {
    private final Timer timer = new SimpleMeterRegistry().timer("play");

    void record(long start) {
      timer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
    }
  }

  /** Resilience4j's circuit breaker as it is configured by default. */
  @State(Scope.Benchmark)
  public static class Breaker {
    final CircuitBreaker breaker = CircuitBreaker.ofDefaults("play");
  }

  /** Sentinel with a rule that opens at half of the calls failing. */
  @State(Scope.Benchmark)
  public static class Sentinel {
    static final String RESOURCE = "play";

    /** Sets the rule. */
    public Sentinel() {
      System.setProperty("csp.sentinel.log.dir", Scratch.directory().toString());
      DegradeRuleManager.loadRules(
          List.of(
              new DegradeRule(RESOURCE)
                  .setGrade(RuleConstant.DEGRADE_GRADE_EXCEPTION_RATIO)
                  .setCount(0.5)
                  .setMinRequestAmount(100)
                  .setStatIntervalMs(10_000)
                  .setTimeWindow(10)));
    }
  }
}
