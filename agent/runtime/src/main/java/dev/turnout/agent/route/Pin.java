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
 * later calls are decided, and the decision for the context itself, which may have been drawn.
 */
final class Pin implements Caller {
  private static final int UNDECIDED = -1;

  private final @Nullable CompiledFlag rules;
  private final Map<String, String> attributes;
  private final ConcurrentMap<String, Object> pins;
  private final AtomicInteger own = new AtomicInteger(UNDECIDED);

  private Pin(
      @Nullable CompiledFlag rules,
      Map<String, String> attributes,
      ConcurrentMap<String, Object> pins) {
    this.rules = rules;
    this.attributes = attributes;
    this.pins = pins;
  }

  /**
   * Returns what a context keeps of a flag.
   *
   * @param now the rules in force, which it keeps if it had none; null if the flag is not known
   */
  static Pin of(Object[] context, String flag, @Nullable CompiledFlag now) {
    return of(AmbientContext.attributes(context), AmbientContext.pins(context), flag, now);
  }

  private static Pin of(
      Map<String, String> attributes,
      ConcurrentMap<String, Object> pins,
      String flag,
      @Nullable CompiledFlag now) {
    if (pins.get(flag) instanceof Pin known && !known.isReset(now)) {
      return known;
    }
    Pin pin = new Pin(now, attributes, pins);
    // Another agent's, if this one was attached while the context was open, goes.
    Object kept =
        pins.compute(
            flag, (name, other) -> other instanceof Pin known && !known.isReset(now) ? other : pin);
    return kept instanceof Pin earlier ? earlier : pin;
  }

  /** The rules; null if the flag was not known. */
  @Nullable CompiledFlag rules() {
    return rules;
  }

  /**
   * Whether the flag was reset since: what it did before is not judged any more, and who goes on by
   * the rules of then would do so unseen.
   */
  private boolean isReset(@Nullable CompiledFlag now) {
    return now != null
        && now != rules
        && rules != null
        && now.flag().resetRevision() > rules.flag().resetRevision();
  }

  /** Decides for the context itself: the same for all its threads and calls without a key. */
  int decide(CompiledFlag flag) {
    int known = own.get();
    if (known != UNDECIDED) {
      return known;
    }
    int decided = flag.choose(null, this);
    return own.compareAndSet(UNDECIDED, decided) ? decided : own.get();
  }

  // Or a flag could be on where one that it depends on is off, for the same request.
  @Override
  public Decision dependency(CompiledFlag dependency, @Nullable String key) {
    if (dependency.isStopped()) {
      return dependency.decide(key, this);
    }
    Pin pin = of(attributes, pins, dependency.flag().name(), dependency);
    CompiledFlag known = pin.rules;
    if (known == null) {
      return Decision.UNKNOWN_FLAG;
    }
    // Of flags that depend on each other in turn, in one revision and another, there is no end.
    if (known != dependency && !known.flag().dependencies().isEmpty()) {
      return dependency.decide(key, this);
    }
    return known.decisions().get(key == null ? pin.decide(known) : known.choose(key, pin));
  }

  @Override
  public @Nullable String attribute(String name) {
    return attributes.get(name);
  }
}
