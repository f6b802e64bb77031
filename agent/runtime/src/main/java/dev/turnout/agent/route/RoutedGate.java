package dev.turnout.agent.route;

import dev.turnout.agent.FaultPoint;
import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.bootstrap.GatePath;
import dev.turnout.bootstrap.GateSite;
import dev.turnout.flags.Caller;
import dev.turnout.flags.CompiledFlag;
import dev.turnout.flags.Decision;
import dev.turnout.flags.KeySplit;
import dev.turnout.flags.Variants;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The gate of one method: reads what is in force, decides, and hands out a path that was made when
 * the flag changed. A change swaps the whole state, so no call ever sees half of one.
 */
class RoutedGate extends GateSite {
  // Of a gate that decides nothing any more: the method runs as it was written.
  private static final State RELEASED =
      new State(
          null,
          new GatePath[0],
          SilentPath.TO_BODY,
          null,
          SilentPath.TO_BODY,
          SilentPath.TO_BODY,
          SilentPath.TO_BODY,
          null);

  private final WeakReference<ClassLoader> loader;
  private final String flag;
  private final List<String> variants;
  private final KeyReader keyReader;
  private final String keyAttribute;
  private final FailurePolicy policy;
  private final AmbientContext ambient;
  private final AtomicBoolean contextsUsed;
  private final Recorders recorders;
  private final Consumer<Throwable> trouble;

  // By variant. Asked for on the call path too, where a context outlives its rules.
  private final Map<String, Debut> debuts = new ConcurrentHashMap<>();
  private volatile boolean inTrouble;
  private volatile @Nullable SpanTags spanTags;
  private volatile State state;

  // The path of every call, where callers do not differ and nothing is told of them; else null.
  // Follows the state: whoever reads it sees the rules before a change or after it.
  private volatile @Nullable GatePath always;

  // What contexts that outlive a change were decided by before it, and before further ones.
  private volatile State previous;
  private volatile State recalled;

  RoutedGate(
      GatedMethod method,
      Recorders recorders,
      Consumer<Throwable> trouble,
      @Nullable CompiledFlag compiled) {
    loader = new WeakReference<>(method.loader());
    flag = method.flag();
    variants = method.variants();
    keyReader = method.keyReader();
    keyAttribute = method.keyAttribute();
    policy = method.policy();
    ambient = method.ambient();
    contextsUsed = ambient.used();
    this.recorders = recorders;
    this.trouble = trouble;
    state = state(compiled);
    previous = state;
    recalled = state;
    always = always(state);
  }

  /**
   * Everything that one revision of the flag decides and records by.
   *
   * @param flag the rules; null if the flag is not known
   * @param paths the path of each decision, by its index
   * @param settled the path of every call; null if callers differ
   * @param split decides by the value of the key parameter alone; null where that is not enough
   * @param on the path of a key that is on; meaningless where {@code split} is null
   * @param off the path of a key that is off; likewise
   * @param failed the path of a call whose decision failed
   * @param hearing who is told of decisions; null for nobody
   */
  private record State(
      @Nullable CompiledFlag flag,
      GatePath[] paths,
      @Nullable GatePath settled,
      @Nullable KeySplit split,
      GatePath on,
      GatePath off,
      GatePath failed,
      @Nullable Hearing hearing) {
    boolean isReleased() {
      return failed == SilentPath.TO_BODY;
    }

    boolean isNew() {
      return hearing != null && hearing.ofDebuts();
    }

    /** Returns the same, heard by others. */
    State heard(@Nullable SpanTags tags) {
      boolean debuts = hasDebuts();
      Hearing by = debuts || tags != null ? new Hearing(debuts, tags) : null;
      return new State(flag, paths, settled, split, on, off, failed, by);
    }

    // Whether calls may take a new path that none through this gate has taken.
    private boolean hasDebuts() {
      for (GatePath path : settled == null ? paths : new GatePath[] {settled}) {
        Debut debut = path instanceof RecordedPath recorded ? recorded.debut() : null;
        if (debut != null && !debut.isMade()) {
          return true;
        }
      }
      return false;
    }
  }

  /**
   * Who is told of decisions. One thing to look at for each call, and for most gates nothing.
   *
   * @param ofDebuts whether it matters which path a call takes first
   * @param spans an application's; null for none
   */
  private record Hearing(boolean ofDebuts, @Nullable SpanTags spans) {
    /** Returns whether that was a first call. */
    boolean tell(String flag, RecordedPath path) {
      Debut debut = path.debut();
      boolean first = debut != null && debut.make();
      if (spans != null) {
        spans.tag(flag, path.variant(), path.reason());
      }
      return first;
    }
  }

  /** The loader of the class that declares the method; null once it is gone. */
  @Nullable ClassLoader loader() {
    return loader.get();
  }

  String flag() {
    return flag;
  }

  /** Puts a new revision of the flag in force; null if there is no such flag. */
  void swap(@Nullable CompiledFlag compiled) {
    if (state.flag() != compiled && !state.isReleased()) {
      previous = state;
      inForce(state(compiled));
      // What fails under the new rules is news, even where it failed under those before.
      inTrouble = false;
    }
  }

  /** Has the method run as it was written from now on, whatever comes. */
  void release() {
    inForce(RELEASED);
  }

  /** Has decisions told to an application's spans from now on. */
  void trace(SpanTags tags) {
    if (spanTags == null && !state.isReleased()) {
      spanTags = tags;
      inForce(state(state.flag()));
      recalled = state;
    }
  }

  /**
   * Sees which variants were called through this gate that never were before, and has that counted.
   * Not to be called while a change is put in force.
   *
   * @return whether there may be more
   */
  boolean seeDebuts() {
    State before = state;
    for (Map.Entry<String, Debut> debut : debuts.entrySet()) {
      if (debut.getValue().take()) {
        recorders.debut(flag, debut.getKey());
      }
    }
    endDebuts(state);
    // A call may just have ended them, after the look at it.
    return before.isNew() || state.isNew();
  }

  // By the call that is the last of them too: what the compiler sees of a gate's first calls is
  // what it takes for all it does.
  @SuppressWarnings("ReferenceEquality") // whether it was replaced, and not what it says
  private synchronized void endDebuts(State ended) {
    if (state == ended && ended.isNew() && !ended.hasDebuts()) {
      inForce(ended.heard(spanTags));
    }
  }

  private synchronized void inForce(State next) {
    // Worked out first: the stack may end in it, where a call ends its gate's first ones.
    GatePath ofAll = always(next);
    state = next;
    always = ofAll;
  }

  /**
   * The path of every call in no context; null where callers differ or something is told of them.
   */
  final @Nullable GatePath always() {
    return always;
  }

  final boolean contextsUsed() {
    return contextsUsed.get();
  }

  private static @Nullable GatePath always(State state) {
    return state.hearing() == null ? state.settled() : null;
  }

  private State state(@Nullable CompiledFlag compiled) {
    long revision = compiled == null ? 0 : compiled.flag().revision();
    GatePath failed = off(revision, Decision.FAILED);
    if (compiled == null) {
      GatePath unknown = off(0, Decision.UNKNOWN_FLAG);
      return new State(null, new GatePath[0], unknown, null, unknown, unknown, failed, null)
          .heard(spanTags);
    }
    List<Decision> decisions = compiled.decisions();
    GatePath[] paths = new GatePath[decisions.size()];
    for (int i = 0; i < paths.length; i++) {
      Decision decision = decisions.get(i);
      GatePath off = off(revision, decision);
      paths[i] = decision.on() ? on(revision, decision, off) : off;
    }
    int settled = compiled.settled();
    KeySplit split = keyReader.isPlain() ? compiled.keySplit() : null;
    return new State(
            compiled,
            paths,
            settled < 0 ? null : paths[settled],
            split,
            split == null ? failed : paths[split.on()],
            split == null ? failed : paths[split.off()],
            failed,
            null)
        .heard(spanTags);
  }

  private GatePath on(long revision, Decision decision, GatePath off) {
    return recorders.measure() == Measure.OFF
        ? SilentPath.to(branch(decision), policy)
        : RecordedPath.to(
            branch(decision),
            recorders.use(flag, revision, decision.ring(), decision.variant()),
            decision.reason(),
            policy,
            off,
            debut(decision.variant()));
  }

  private Debut debut(String variant) {
    Debut first = new Debut();
    Debut known = debuts.putIfAbsent(variant, first);
    return known == null ? first : known;
  }

  // A variant without a method of its own runs the annotated one.
  private int branch(Decision decision) {
    int variant = variants.indexOf(decision.variant());
    return variant < 0 ? GatePath.BODY : GatePath.FIRST_VARIANT + variant;
  }

  private GatePath off(long revision, Decision decision) {
    return recorders.measure() == Measure.OFF
        ? SilentPath.TO_FALLBACK
        : RecordedPath.toFallback(
            recorders.use(flag, revision, decision.ring(), Variants.OFF),
            decision.reason(),
            policy);
  }

  @Override
  public GatePath choose(@Nullable Object key) {
    GatePath path = always;
    if (path != null && !contextsUsed.get()) {
      return path;
    }
    State current = state;
    try {
      FaultPoint.reach("choose");
      KeySplit split = current.split;
      if (split != null && key instanceof String text && !contextsUsed.get()) {
        path = split.isOn(text) ? current.on : current.off;
      } else {
        GatePath settled = current.settled;
        path = settled != null && !contextsUsed.get() ? settled : decide(current, key);
      }
    } catch (Throwable e) {
      // Whatever it was, the call goes on, and on the path that is known to work.
      tellOnce(e);
      return current.failed;
    }
    try {
      Hearing hearing = current.hearing;
      if (hearing != null && path instanceof RecordedPath recorded) {
        if (hearing.tell(flag, recorded)) {
          endDebuts(current);
        }
      }
    } catch (Throwable e) {
      // The stack or the memory is full: what was decided stands, and there are others to tell of.
      return path;
    }
    return path;
  }

  private void tellOnce(Throwable failure) {
    if (!inTrouble) {
      inTrouble = true;
      try {
        FaultPoint.reach("tell");
        trouble.accept(failure);
      } catch (Throwable e) {
        // The stack or the memory is full; the call matters more than the message.
        inTrouble = false;
      }
    }
  }

  private GatePath decide(State current, @Nullable Object keyValue)
      throws ReflectiveOperationException {
    if (current.isReleased()) {
      return SilentPath.TO_BODY;
    }
    Object[] context = contextsUsed.get() ? ambient.current() : null;
    GatePath settled = current.settled;
    if (context == null) {
      return settled != null ? settled : split(current, keyReader.read(keyValue), Caller.UNKNOWN);
    }
    CompiledFlag now = current.flag;
    // Nothing to keep to so far; nor is a kill undone by the flag's removal.
    if (now == null) {
      return settled == null ? current.failed : settled;
    }
    Pin pin = Pin.of(context, flag, now);
    // A kill cuts through, whatever was in force first.
    if (settled != null && now.isStopped()) {
      return settled;
    }
    CompiledFlag rules = pin.rules();
    State pinned = rules == now ? current : stateOf(rules);
    if (pinned.settled != null && rules.settledAlone() >= 0) {
      return pinned.settled;
    }
    String own = keyReader.read(keyValue);
    String key = own == null ? keyOfContext(pin) : own;
    return key == null ? pinned.paths[pin.decide(rules)] : split(pinned, key, pin);
  }

  private static GatePath split(State state, @Nullable String key, Caller caller) {
    CompiledFlag flag = state.flag;
    return flag == null ? state.failed : state.paths[flag.choose(key, caller)];
  }

  private @Nullable String keyOfContext(Pin pin) {
    return keyAttribute.isEmpty() ? null : pin.attribute(keyAttribute);
  }

  // Nearly always the state before the last change: contexts are short. One that is not asks for
  // the same again with each call.
  private State stateOf(CompiledFlag compiled) {
    State before = previous;
    if (before.flag != compiled) {
      before = recalled;
    }
    if (before.flag != compiled) {
      before = state(compiled);
      recalled = before;
    }
    return before;
  }
}
