package dev.turnout.server.change;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.client.codec.CodecException;
import dev.turnout.client.codec.Json;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.store.AuditEntry;
import dev.turnout.server.store.FlagStore;
import dev.turnout.server.store.Journal;
import dev.turnout.server.store.Kept;
import dev.turnout.server.store.StaleRevisionException;
import dev.turnout.server.store.StoreAway;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one way anything changes: a draft of the current snapshot is checked as a whole, read back as
 * agents would read it, saved with its audit entries in one transaction, swapped in and announced.
 * Whatever fails on the way leaves no trace. Reading is wait-free; changes are made one after the
 * other.
 *
 * <p>Several servers may have the same store. Each saves only on top of what it has seen, and looks
 * again where another was faster.
 *
 * <p>The store may be away:
 *
 * <ol>
 *   <li>What is in force stays in force.
 *   <li>A change that only moves callers towards the fallback is written to the journal, swapped in
 *       and announced.
 *   <li>Any other is refused with {@link StoreAwayException}.
 *   <li>Once the store answers again, what the journal has is done again on top of what the store
 *       has, in one transaction; only then is anything else changed.
 * </ol>
 *
 * <p>A revision that stood for something here never stands for anything else here: what is drafted
 * next is later than all that was in force or might have been saved. So what is saved after an
 * outage is newer than what agents got during it, and they take it.
 */
public final class Changes {
  private static final Logger log = LoggerFactory.getLogger(Changes.class);
  // Each is lost to a change of another server, so that somebody always gets ahead.
  private static final int ATTEMPTS = 100;
  private static final String POLICY = "policy";
  // No token can have this name.
  private static final Author SERVER = Author.named("(server)");

  private final FlagStore store;
  private final Journal journal;
  private final Clock clock;
  private final List<Consumer<Snapshot>> listeners = new CopyOnWriteArrayList<>();
  private final Object lock = new Object();
  private final Predicate<String> trippedSomewhere;
  private volatile Kept current;
  private volatile @Nullable StoreAway away;
  private Footprint footprint;
  private long highestRevision;

  /**
   * Begins with what the store holds, and enters there what the journal has.
   *
   * @param trippedSomewhere whether an instance keeps the flag of that name off by itself
   */
  public Changes(
      FlagStore store, Journal journal, Clock clock, Predicate<String> trippedSomewhere) {
    this.store = store;
    this.journal = journal;
    this.clock = clock;
    this.trippedSomewhere = trippedSomewhere;
    current = store.load();
    footprint = Footprint.of(current.snapshot());
    highestRevision =
        journal.entries().stream()
            .mapToLong(AuditEntry::revision)
            .reduce(current.snapshot().revision(), Math::max);
    synchronized (lock) {
      catchUp();
    }
  }

  /** The snapshot in force. */
  public Snapshot current() {
    return current.snapshot();
  }

  /** The snapshot in force, and what is kept beside it. */
  public Kept kept() {
    return current;
  }

  /** Since when and why the store does not answer; null while it does, as far as is known. */
  public @Nullable StoreAway storeAway() {
    return away;
  }

  /** Calls {@code listener} with every new snapshot, oldest first; it must not block or throw. */
  public void onChange(Consumer<Snapshot> listener) {
    listeners.add(listener);
  }

  /**
   * Makes a change and returns the snapshot with it.
   *
   * @param author who asked for it
   * @throws StoreAwayException if it needs the store, which does not answer
   */
  public Snapshot apply(Author author, Change change) {
    synchronized (lock) {
      Instant now = clock.instant();
      for (int attempt = 1; ; attempt++) {
        boolean wasAway = away != null;
        try {
          return attempt(author, change, now);
        } catch (StaleRevisionException e) {
          if (attempt >= ATTEMPTS) {
            throw e;
          }
          // Another server changed the same store; its change stands and this one comes after.
          tryToCatchUp();
        } catch (JdbiException e) {
          if (wasAway) {
            throw StoreAwayException.nothingChanged();
          }
          // Once more: what needs no store is done without it.
          storeFailed(e);
        }
      }
    }
  }

  /**
   * Checks a change as {@link #apply} does, and makes nothing of it.
   *
   * @return why it would be refused though it is well-formed; null if it would not
   */
  public @Nullable RefusedException preview(Author author, Change change) {
    synchronized (lock) {
      Kept before = current;
      Draft draft = new Draft(before, nextRevision(before), author, clock.instant());
      change.apply(draft);
      draft.settle();
      Kept after = draft.done();
      ReadBack.check(before, after);
      try {
        footprint.after(before.snapshot(), after.snapshot()).checkGrowth(footprint);
        Set<Refusal> unused =
            Guard.check(before, after, author, draft.now(), this::policy, trippedSomewhere);
        return null;
      } catch (RefusedException e) {
        return e;
      }
    }
  }

  private Snapshot attempt(Author author, Change change, Instant now) {
    Kept before = current;
    Draft draft = new Draft(before, nextRevision(before), author, now);
    change.apply(draft);
    draft.settle();
    Kept after = draft.done();
    if (draft.isUnchanged()) {
      return before.snapshot();
    }
    boolean withoutStore = away != null;
    if (withoutStore && (draft.policy() != null || !Lowering.isAll(before, after))) {
      throw StoreAwayException.nothingChanged();
    }
    Set<Refusal> overridden =
        Guard.check(before, after, author, draft.now(), this::policy, trippedSomewhere);
    Footprint grown = footprint.after(before.snapshot(), after.snapshot());
    grown.checkGrowth(footprint);
    ReadBack.check(before, after);
    List<AuditEntry> entries = draft.entries(overridden);
    if (withoutStore) {
      keep(entries);
    } else {
      save(before, after, setting(draft), entries);
    }
    entries.forEach(Changes::log);
    swapIn(after, grown);
    return after.snapshot();
  }

  // Later than the one before, and than all that agents may have got from here.
  private long nextRevision(Kept before) {
    return Math.max(before.snapshot().revision(), highestRevision) + 1;
  }

  private void save(
      Kept before, Kept after, Map<String, String> settings, List<AuditEntry> entries) {
    try {
      store.save(before, after, settings, entries);
    } catch (ConnectionException e) {
      throw e;
    } catch (JdbiException e) {
      // The answer may have been lost, and not the change.
      highestRevision = Math.max(highestRevision, after.snapshot().revision());
      storeFailed(e);
      if (!Lowering.isAll(before, after)) {
        throw StoreAwayException.perhapsChanged();
      }
      throw e;
    }
  }

  private void keep(List<AuditEntry> entries) {
    try {
      journal.append(entries);
    } catch (IOException e) {
      // Stopping is worth more than keeping: agents keep what they get on disk themselves.
      log.error(
          "{}. The store is away, and the journal cannot be written either: what was just stopped"
              + " is in force, and lost if this server ends before the store is back",
          e.toString());
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

  /**
   * Looks whether the store has changed or answers again, and goes by it. To be called now and
   * then; does not throw, nor wait for the store while others want to change something.
   */
  public void refresh() {
    try {
      if (!store.isAt(current.snapshot()) || away != null) {
        synchronized (lock) {
          tryToCatchUp();
        }
      }
    } catch (JdbiException e) {
      synchronized (lock) {
        storeFailed(e);
      }
    }
  }

  private void tryToCatchUp() {
    try {
      catchUp();
    } catch (JdbiException | IllegalStateException | CodecException | InvalidFlagException e) {
      storeFailed(e);
    }
  }

  // What the store has counts, and on top of it what only the journal has.
  private void catchUp() {
    // Once, whatever the attempts: nobody else enters what only this server's journal has, and
    // changes wait meanwhile.
    List<AuditEntry> missing = store.notEntered(journal.entries());
    for (int attempt = 1; ; attempt++) {
      Kept stored = store.load();
      Draft draft = new Draft(stored, nextRevision(stored), SERVER, clock.instant());
      missing.forEach(entry -> Lowering.redo(draft, entry));
      draft.settle();
      if (draft.isUnchanged()
          && !journal.isEmpty()
          && stored.snapshot().revision() < highestRevision) {
        draft.moveRevision("agents have later revisions, from while the store was away");
      }
      if (draft.isUnchanged()) {
        storeAnswers(stored);
        return;
      }
      Kept after = draft.done();
      List<AuditEntry> entries = draft.entries(Set.of());
      try {
        store.save(stored, after, Map.of(), entries);
      } catch (StaleRevisionException e) {
        if (attempt >= ATTEMPTS) {
          throw e;
        }
        continue;
      } catch (JdbiException e) {
        highestRevision = Math.max(highestRevision, after.snapshot().revision());
        throw e;
      }
      entries.forEach(Changes::log);
      storeAnswers(after);
      return;
    }
  }

  private void storeAnswers(Kept kept) {
    StoreAway was = away;
    if (was != null || !journal.isEmpty()) {
      log.warn(
          "The store answers{}; {} entries of the journal are in it, and changes are taken again",
          was == null ? "" : ", which was away since " + was.since(),
          journal.entries().size());
    }
    if (!journal.isEmpty()) {
      clearJournal();
    }
    away = null;
    Snapshot before = current.snapshot();
    Snapshot stored = kept.snapshot();
    if (stored.epoch() != before.epoch() || stored.revision() != before.revision()) {
      if (before.isNewerThan(stored)) {
        log.error(
            "The store went back from {}:{} to {}:{}. If it was restored, raise the epoch: turnout"
                + " epoch raise",
            before.epoch(),
            before.revision(),
            stored.epoch(),
            stored.revision());
      }
      swapIn(kept, footprint.after(before, stored));
    }
  }

  private void clearJournal() {
    try {
      journal.clear();
    } catch (IOException e) {
      log.error(
          "The journal cannot be emptied: {}. What it has is in the store and is not done again",
          e.toString());
    }
  }

  private void storeFailed(RuntimeException failure) {
    if (away == null) {
      StoreAway now = StoreAway.of(clock.instant(), failure);
      away = now;
      log.error(
          "The store does not answer: {}. Agents keep their flags. Stops are carried out and kept"
              + " in the journal until it answers; other changes are refused",
          now.why());
    }
  }

  private void swapIn(Kept kept, Footprint itsFootprint) {
    Snapshot snapshot = kept.snapshot();
    footprint = itsFootprint;
    highestRevision = Math.max(highestRevision, snapshot.revision());
    current = kept;
    listeners.forEach(listener -> listener.accept(snapshot));
  }
}
