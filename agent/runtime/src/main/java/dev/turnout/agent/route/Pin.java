package dev.turnout.agent.route;

import dev.turnout.flags.Caller;
import dev.turnout.flags.CompiledFlag;
import java.util.Map;
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
  private final AtomicInteger own = new AtomicInteger(UNDECIDED);

  Pin(@Nullable CompiledFlag rules, Map<String, String> attributes) {
    this.rules = rules;
    this.attributes = attributes;
  }

  /** The rules; null if the flag was not known. */
  @Nullable CompiledFlag rules() {
    return rules;
  }

  /**
   * Whether the flag was reset since: what it did before is not judged any more, and who goes on by
   * the rules of then would do so unseen.
   */
  boolean isReset(@Nullable CompiledFlag now) {
    return now != null
        && now != rules
        && rules != null
        && now.flag().resetRevision() > rules.flag().resetRevision();
  }

  /** Decides for the context itself: the same for all its threads and calls. */
  int decide(CompiledFlag flag, @Nullable String key) {
    int known = own.get();
    if (known != UNDECIDED) {
      return known;
    }
    int decided = flag.choose(key, this);
    return own.compareAndSet(UNDECIDED, decided) ? decided : own.get();
  }

  @Override
  public @Nullable String attribute(String name) {
    return attributes.get(name);
  }
}
