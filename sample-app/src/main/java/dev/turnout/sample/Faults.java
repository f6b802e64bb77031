package dev.turnout.sample;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The switch that breaks the new implementations on purpose, so that a kill or a breaker has
 * something to do. Only they ask it; the fallbacks cannot be broken. Safe for use by several
 * threads.
 */
final class Faults {
  private final ConcurrentMap<UseCase, Fault> faults = new ConcurrentHashMap<>();

  void set(UseCase useCase, Fault fault) {
    faults.put(useCase, fault);
  }

  Fault of(UseCase useCase) {
    return faults.getOrDefault(useCase, Fault.NONE);
  }

  /** Returns what is set, without the use cases that are well. */
  Map<UseCase, Fault> all() {
    return Map.copyOf(faults);
  }

  /**
   * Does to the calling new implementation what is set for it: nothing, a delay or an exception.
   *
   * @throws PersistenceFailure if the use case is to fail
   */
  void strike(UseCase useCase) {
    Fault fault = of(useCase);
    switch (fault.mode()) {
      case NONE -> {}
      case FAIL -> throw new PersistenceFailure("the fault switch fails " + useCase.label(), null);
      case SLOW -> sleep(fault.delayMillis());
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PersistenceFailure("interrupted while slowed down", e);
    }
  }

  /**
   * How a new implementation misbehaves.
   *
   * @param delayMillis how much longer a slow call takes, in milliseconds; meant for {@code SLOW}
   *     only
   */
  record Fault(Mode mode, long delayMillis) {
    static final Fault NONE = new Fault(Mode.NONE, 0);
  }

  /** The kinds of misbehaviour. */
  enum Mode {
    NONE,
    FAIL,
    SLOW
  }
}
