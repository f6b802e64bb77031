package dev.turnout.server.change;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.client.codec.Json;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.store.AuditEntry;
import dev.turnout.server.store.FlagStore;
import dev.turnout.server.store.StaleRevisionException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
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
  private static final String POLICY = "policy";

  private final FlagStore store;
  private final Clock clock;
  private final List<Consumer<Snapshot>> listeners = new CopyOnWriteArrayList<>();
  private final Object lock = new Object();
  private final Predicate<String> trippedSomewhere;
  private volatile Snapshot current;
  private Footprint footprint;

  /**
   * Begins with what the store holds.
   *
   * @param trippedSomewhere whether an instance keeps the flag of that name off by itself
   */
  public Changes(FlagStore store, Clock clock, Predicate<String> trippedSomewhere) {
    this.store = store;
    this.clock = clock;
    this.trippedSomewhere = trippedSomewhere;
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
   * @param author who asked for it
   */
  public Snapshot apply(Author author, Change change) {
    synchronized (lock) {
      for (int attempt = 1; ; attempt++) {
        Snapshot before = current;
        Draft draft = new Draft(before, author, clock.instant());
        change.apply(draft);
        Snapshot after = draft.done();
        if (draft.isUnchanged()) {
          return before;
        }
        Set<Refusal> overridden =
            Guard.check(before, after, author, draft.now(), this::policy, trippedSomewhere);
        Footprint grown = footprint.after(before, after);
        grown.checkGrowth(footprint);
        ReadBack.check(before, after);
        List<AuditEntry> entries = draft.entries(overridden);
        try {
          store.save(before, after, setting(draft), entries);
        } catch (StaleRevisionException e) {
          if (attempt == ATTEMPTS) {
            throw e;
          }
          // Another process wrote to the same store; its change stands and this one comes after.
          Snapshot stored = store.load();
          swapIn(stored, Footprint.of(stored));
          continue;
        }
        entries.forEach(Changes::log);
        swapIn(after, grown);
        return after;
      }
    }
  }

  private static void log(AuditEntry entry) {
    log.info(
        "revision {}: {} {} by {}{}",
        entry.revision(),
        entry.action(),
        entry.flag() == null ? "changed" : entry.flag(),
        entry.actor(),
        entry.overrides().isEmpty() ? "" : ", overriding " + entry.overrides());
  }

  // In a table of its own, for it is nothing that agents go by.
  private static Map<String, String> setting(Draft draft) {
    Policy policy = draft.policy();
    return policy == null ? Map.of() : Map.of(POLICY, PolicyJson.write(policy).toString());
  }

  /** When and how exposure may be raised: as the store has it now. */
  public Policy policy() {
    String json = store.setting(POLICY);
    return json == null ? Policy.DEFAULT : PolicyJson.read(Json.parse(json.getBytes(UTF_8)));
  }

  /** Changes when and how exposure may be raised. */
  public Policy putPolicy(Author author, Policy policy) {
    apply(author, draft -> draft.policy(policy(), policy));
    return policy;
  }

  private void swapIn(Snapshot snapshot, Footprint itsFootprint) {
    footprint = itsFootprint;
    current = snapshot;
    listeners.forEach(listener -> listener.accept(snapshot));
  }
}
