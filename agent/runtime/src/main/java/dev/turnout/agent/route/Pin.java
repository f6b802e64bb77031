package dev.turnout.agent.route;

import dev.turnout.flags.Caller;
import dev.turnout.flags.CompiledFlag;
import dev.turnout.flags.Decision;
import java.util.Map;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What a context keeps of a flag from the first call on: the rules then in force, by which all its
 * later calls are decided, and the decision for the context itself, which may have been drawn. Of a
 * flag that was stopped then it keeps that.
 */
final class Pin implements Caller {
  private static final int UNDECIDED = -1;

  private final CompiledFlag rules;
  private final Map<String, String> attributes;
  private final ConcurrentMap<String, Object> pins;
  private final AtomicInteger own = new AtomicInteger(UNDECIDED);

  private Pin(
      CompiledFlag rules, Map<String, String> attributes, ConcurrentMap<String, Object> pins) {
    this.rules = rules;
    this.attributes = attributes;
    this.pins = pins;
  }

  /**
   * Returns what a context keeps of a flag.
   *
   * @param now the rules in force, which it keeps if it had none
   */
  static Pin of(Object[] context, String flag, CompiledFlag now) {
    return of(AmbientContext.attributes(context), AmbientContext.pins(context), flag, now);
  }

  private static Pin of(
      Map<String, String> attributes,
      ConcurrentMap<String, Object> pins,
      String flag,
      CompiledFlag now) {
    if (pins.get(flag) instanceof Pin known && !known.isReset(now)) {
      return known;
    }
    Pin pin = new Pin(now, attributes, pins);
    // Another agent's, if this one was attached while the context was open, goes.
    Object kept =
        pins.compute(
            flag, (name, other) -> other instanceof Pin known && !known.isReset(now) ? other : pin);
    if (kept instanceof Pin earlier && earlier != pin) {
      return earlier;
    }
    pin.keepStops();
    return pin;
  }

  // No dependency of a stopped flag is asked for, and one that is off for it would be on for itself
  // once it is enabled.
  private void keepStops() {
    if (rules.isStopped()) {
      for (CompiledFlag dependency : rules.dependencies()) {
        if (dependency.isStopped()) {
          var unused = of(attributes, pins, dependency.flag().name(), dependency);
        }
      }
    }
  }

  /** The rules that were in force at the first call. */
  CompiledFlag rules() {
    return rules;
  }

  /**
   * Whether the flag was reset since: what it did before is not judged any more, and who goes on by
   * the rules of then would do so unseen.
   */
  private boolean isReset(CompiledFlag now) {
    return now != rules && now.flag().resetRevision() > rules.flag().resetRevision();
  }

  /** Decides for the context itself: the same for all its threads and calls without a key. */
  int decide(CompiledFlag flag) {
    return decide(flag, this);
  }

  private int decide(CompiledFlag flag, Caller caller) {
    int known = own.get();
    if (known != UNDECIDED) {
      return known;
    }
    int decided = flag.choose(null, caller);
    return own.compareAndSet(UNDECIDED, decided) ? decided : own.get();
  }

  @Override
  public Decision dependency(CompiledFlag dependency, @Nullable String key) {
    return dependency(dependency, key, this);
  }

  // As it was first decided, or a flag could be on where one that it depends on is off, for the
  // same request.
  private Decision dependency(CompiledFlag dependency, @Nullable String key, Caller asker) {
    Pin pin = of(attributes, pins, dependency.flag().name(), dependency);
    if (dependency.isStopped()) {
      return dependency.decide(key, asker);
    }
    CompiledFlag known = pin.rules;
    Caller caller = pin;
    boolean asks = !known.isStopped() && !known.flag().dependencies().isEmpty();
    if (asks && (known != dependency || asker instanceof Asked)) {
      if (isAsking(asker, pin)) {
        return Decision.UNKNOWN_FLAG;
      }
      caller = new Asked(pin, asker);
    }
    return known
        .decisions()
        .get(key == null ? pin.decide(known, caller) : known.choose(key, caller));
  }

  /**
   * A pin that is asked by another, and asks in its turn. Of flags that depend on each other, one
   * in one revision and the other in another, there would be no end: the one that is asked while it
   * asks is off, as it is in a revision where they do.
   */
  private record Asked(Pin pin, Caller asker) implements Caller {
    @Override
    public Decision dependency(CompiledFlag dependency, @Nullable String key) {
      return pin.dependency(dependency, key, this);
    }

    @Override
    public @Nullable String attribute(String name) {
      return pin.attribute(name);
    }
  }

  private static boolean isAsking(Caller asker, Pin pin) {
    Caller one = asker;
    while (one instanceof Asked asked) {
      if (asked.pin == pin) {
        return true;
      }
      one = asked.asker;
    }
    return one == pin;
  }

  @Override
  public @Nullable String attribute(String name) {
    return attributes.get(name);
  }
}
