package dev.turnout.server.change;

import dev.turnout.flags.Snapshot;
import dev.turnout.server.store.FlagStore;
import dev.turnout.server.store.StaleRevisionException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one way anything changes: a draft of the current snapshot is checked as a whole, read back as
 * agents would read it, saved with its audit entries in one transaction, swapped in and announced.
 * Whatever fails on the way leaves no trace. Reading is wait-free; changes are made one after the
 * other.
 */
public final class Changes {
  private static final Logger log = LoggerFactory.getLogger(Changes.class);
  private static final int ATTEMPTS = 5;

  private final FlagStore store;
  private final Clock clock;
  private final List<Consumer<Snapshot>> listeners = new CopyOnWriteArrayList<>();
  private final Object lock = new Object();
  private volatile Snapshot current;
  private Footprint footprint;

  /** Begins with what the store holds. */
  public Changes(FlagStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
    current = store.load();
    footprint = Footprint.of(current);
  }

  /** The snapshot in force. */
  public Snapshot current() {
    return current;
  }

  /** Calls {@code listener} with every new snapshot, oldest first; it must not block or throw. */
  public void onChange(Consumer<Snapshot> listener) {
    listeners.add(listener);
  }

  /**
   * Makes a change and returns the snapshot with it.
   *
   * @param actor the name of the token that asked for it
   */
  public Snapshot apply(String actor, Change change) {
    synchronized (lock) {
      for (int attempt = 1; ; attempt++) {
        Snapshot before = current;
        Draft draft = new Draft(before, actor, clock.instant());
        change.apply(draft);
        Snapshot after = draft.done();
        if (draft.isUnchanged()) {
          return before;
        }
        Footprint grown = footprint.after(before, after);
        grown.checkGrowth(footprint);
        ReadBack.check(before, after);
        try {
          store.save(before, after, draft.entries());
        } catch (StaleRevisionException e) {
          if (attempt == ATTEMPTS) {
            throw e;
          }
          // Another process wrote to the same store; its change stands and this one comes after.
          Snapshot stored = store.load();
          swapIn(stored, Footprint.of(stored));
          continue;
        }
        draft
            .entries()
            .forEach(
                entry ->
                    log.info(
                        "revision {}: {} {} by {}",
                        entry.revision(),
                        entry.action(),
                        entry.flag() == null ? "changed" : entry.flag(),
                        actor));
        swapIn(after, grown);
        return after;
      }
    }
  }

  private void swapIn(Snapshot snapshot, Footprint itsFootprint) {
    footprint = itsFootprint;
    current = snapshot;
    listeners.forEach(listener -> listener.accept(snapshot));
  }
}
