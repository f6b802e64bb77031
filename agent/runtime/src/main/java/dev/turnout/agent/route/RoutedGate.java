package dev.turnout.agent.route;

import dev.turnout.agent.measure.Recorders;
import dev.turnout.bootstrap.GatePath;
import dev.turnout.bootstrap.GateSite;
import dev.turnout.flags.Caller;
import dev.turnout.flags.CompiledFlag;
import dev.turnout.flags.Decision;
import dev.turnout.flags.Flag;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The gate of one method: reads one volatile field, decides, and hands out a path that was made
 * when the flag changed. A change swaps the whole state, so no call ever sees half of one.
 */
final class RoutedGate extends GateSite {
  private final String flag;
  private final KeyReader keyReader;
  private final String keyAttribute;
  private final FailurePolicy policy;
  private final @Nullable AmbientContext ambient;
  private final Recorders recorders;
  private volatile State state;

  /** Everything that one revision of the flag decides and records by. */
  private record State(@Nullable CompiledFlag flag, Paths general, Map<String, Paths> rings) {}

  private record Paths(RecordedPath on, RecordedPath off) {}

  RoutedGate(
      String flag,
      KeyReader keyReader,
      String keyAttribute,
      FailurePolicy policy,
      @Nullable AmbientContext ambient,
      Recorders recorders,
      @Nullable CompiledFlag compiled) {
    this.flag = flag;
    this.keyReader = keyReader;
    this.keyAttribute = keyAttribute;
    this.policy = policy;
    this.ambient = ambient;
    this.recorders = recorders;
    state = state(compiled);
  }

  String flag() {
    return flag;
  }

  /** Puts a new revision of the flag in force; null if there is no such flag. */
  void swap(@Nullable CompiledFlag compiled) {
    if (state.flag() != compiled) {
      state = state(compiled);
    }
  }

  private State state(@Nullable CompiledFlag compiled) {
    long revision = compiled == null ? 0 : compiled.flag().revision();
    Map<String, Paths> rings = new HashMap<>();
    if (compiled != null) {
      for (String ring : compiled.rings()) {
        rings.put(ring, paths(revision, ring));
      }
    }
    return new State(compiled, paths(revision, Flag.GA), rings);
  }

  private Paths paths(long revision, String ring) {
    RecordedPath off = new RecordedPath(recorders.of(flag, revision, ring, false));
    return new Paths(new RecordedPath(recorders.of(flag, revision, ring, true), policy, off), off);
  }

  @Override
  public GatePath choose(@Nullable Object key) {
    State current = state;
    try {
      CompiledFlag compiled = current.flag();
      if (compiled == null) {
        return current.general().off();
      }
      Decision decision = decide(compiled, key);
      Paths paths =
          decision.ring().equals(Flag.GA)
              ? current.general()
              : current.rings().getOrDefault(decision.ring(), current.general());
      return decision.on() ? paths.on() : paths.off();
    } catch (Throwable e) {
      // Whatever it was, the call goes on, and on the path that is known to work.
      return current.general().off();
    }
  }

  private Decision decide(CompiledFlag compiled, @Nullable Object keyValue) throws Throwable {
    String key = keyReader.read(keyValue);
    AmbientContext reader = ambient;
    Object context = reader == null ? null : reader.current();
    if (reader == null || context == null) {
      return compiled.decide(key, Caller.UNKNOWN);
    }
    Map<String, String> attributes = reader.attributes(context);
    if (key == null && !keyAttribute.isEmpty()) {
      key = attributes.get(keyAttribute);
    }
    if (compiled.isStopped()) {
      return compiled.decide(key, Caller.UNKNOWN);
    }
    ConcurrentMap<String, Object> pins = reader.pins(context);
    // A context may see several keys of one flag, so a pin is for the pair.
    String pinName = key == null ? flag : flag + '\n' + key;
    if (pins.get(pinName) instanceof Decision pinned) {
      return pinned;
    }
    Decision decision = compiled.decide(key, attributes::get);
    return pins.putIfAbsent(pinName, decision) instanceof Decision earlier ? earlier : decision;
  }
}
