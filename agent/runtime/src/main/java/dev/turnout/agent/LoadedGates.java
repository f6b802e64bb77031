package dev.turnout.agent;

import dev.turnout.agent.weave.LoadedClasses;
import dev.turnout.agent.weave.MissedClasses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The gates of classes that the JVM has loaded already: those from before the agent, those that
 * were on their way when somebody attached, those that there was no room to gate as they came, and
 * those that somebody gave another body. What asks the application's loaders and need not be done
 * at once is on a thread of its own. Safe for many threads.
 *
 * <p>For classes on their way it is looked twice, for it takes the JVM a walk over all classes, and
 * a collector that works meanwhile leaves dead ones alone that were walked over.
 */
final class LoadedGates {
  private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final long LAST_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long MOST_NANOS = TimeUnit.MINUTES.toNanos(5);
  private static final int LOOKS = 2;

  private final LoadedClasses classes;
  private final MissedClasses missed;
  private final boolean force;
  private final Errands errands = new Errands("turnout-classes");
  private final MissedLooks missedLooks;
  private volatile List<String> overlooked = List.of();
  private volatile boolean closed;
  private long attachedNanos;
  private int looksLeft;
  private boolean attached;

  /**
   * Creates it; nothing is looked at yet.
   *
   * @param force whether classes are changed also where the JVM may corrupt them
   */
  LoadedGates(LoadedClasses classes, MissedClasses missed, boolean force) {
    this.classes = classes;
    this.missed = missed;
    this.force = force;
    missedLooks = new MissedLooks(missed::any, this::gateMissed);
  }

  /**
   * Looks whether the JVM can change classes without losing anything.
   *
   * @throws IllegalStateException if it cannot
   */
  void check() {
    LoadedClasses.check(Runtime.version(), force);
  }

  /** Gates what was loaded before the application began. */
  void gateEarly() {
    try {
      tell(classes.gateEarly(Runtime.version(), force));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gates what an application has loaded that is at work, and looks again some seconds later. */
  void gate() {
    tell(classes.gate(Runtime.version(), force));
    later();
  }

  private synchronized void later() {
    attachedNanos = System.nanoTime();
    looksLeft = LOOKS;
    attached = true;
  }

  private void gateLate(boolean last) {
    if (!closed) {
      tell(classes.gateLate(Runtime.version(), force, last));
    }
  }

  // Until then the name of each class that comes is kept.
  private void endLooks() {
    attached = false;
    if (classes.forgetLatecomers()) {
      tell(
          List.of(
              "a class loader that was asked for class files has not answered for minutes: of the"
                  + " classes that were being loaded at the attach some may have no gates"));
    }
  }

  /**
   * Has it looked for classes that there was no room to gate as they came, if there was none for
   * any. To be called again and again; waits for nobody.
   */
  void lookForMissed() {
    if (!closed) {
      missedLooks.look();
    }
  }

  private void gateMissed() {
    if (!closed) {
      tell(missed.gate(Runtime.version(), force, AgentLog::line));
    }
  }

  private synchronized void tell(List<String> told) {
    List<String> more = told.stream().filter(line -> !overlooked.contains(line)).toList();
    more.forEach(AgentLog::line);
    overlooked = Stream.concat(overlooked.stream(), more.stream()).toList();
  }

  /** Has done what was put off until now. To be called again and again; waits for nobody. */
  synchronized void look(long nowNanos) {
    errands.look();
    if (closed) {
      return;
    }
    missedLooks.look();
    classes.settleSwaps(errands, nowNanos, Runtime.version(), force);
    boolean last = looksLeft == 1;
    if (looksLeft > 0 && nowNanos - attachedNanos >= (last ? LAST_NANOS : FIRST_NANOS)) {
      looksLeft--;
      errands.execute(() -> gateLate(last));
    }
    if (attached && nowNanos - attachedNanos >= MOST_NANOS) {
      endLooks();
    }
  }

  /** The classes that could not be looked at, or not be changed, one line for each kind of them. */
  List<String> overlooked() {
    return overlooked;
  }

  /** Has nothing gated any more that is on its way. */
  void close() {
    closed = true;
  }

  /**
   * Takes the gates out again; the transformer must be gone.
   *
   * @return the classes that keep their gates, and why
   */
  Map<String, String> restore() {
    return classes.restore();
  }
}
