package dev.turnout.server.change;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.client.codec.CodecException;
import dev.turnout.client.codec.Json;
import dev.turnout.flags.Flag;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.store.AuditEntry;
import dev.turnout.server.store.FlagStore;
import dev.turnout.server.store.Journal;
import dev.turnout.server.store.Kept;
import dev.turnout.server.store.Saving;
import dev.turnout.server.store.StaleRevisionException;
import dev.turnout.server.store.StoreAway;
import dev.turnout.server.store.UnreadableStoreException;
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
 * <p>A change is planned before its turn comes, and again if others came before, so that planning a
 * large one keeps nobody waiting who wants to stop something.
 *
 * <p>Several servers may have the same store. Each saves only on top of what it has seen; where
 * another was faster it looks again, and if it lost repeatedly, it has the others wait.
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
  // How often to begin again where others came before, until they have to wait.
  private static final int ATTEMPTS = 3;
  private static final String POLICY = "policy";
  // No token can have this name.
  private static final Author SERVER = Author.named("(server)");

  private final FlagStore store;
  private final Journal journal;
  private final Clock clock;
  private final List<Consumer<Snapshot>> listeners = new CopyOnWriteArrayList<>();
  private final Object lock = new Object();
  private final Predicate<Flag> trippedSomewhere;
  private volatile InForce inForce;
  private volatile @Nullable StoreAway away;
  private volatile long highestRevision;

  /**
   * Begins with what the store holds, and enters there what the journal has.
   *
   * @param trippedSomewhere whether an instance keeps the flag off by itself
   */
  public Changes(FlagStore store, Journal journal, Clock clock, Predicate<Flag> trippedSomewhere) {
    this.store = store;
    this.journal = journal;
    this.clock = clock;
    this.trippedSomewhere = trippedSomewhere;
    Kept stored = store.load();
    inForce = new InForce(stored, Footprint.of(stored.snapshot()));
    highestRevision =
        journal.entries().stream()
            .mapToLong(AuditEntry::revision)
            .reduce(stored.snapshot().revision(), Math::max);
    synchronized (lock) {
      follow();
    }
  }

  /** What is in force, and how large that is. */
  private record InForce(Kept kept, Footprint footprint) {
    InForce becomes(Kept after) {
      return new InForce(after, footprint.after(kept.snapshot(), after.snapshot()));
    }
  }

  /** The snapshot in force. */
  public Snapshot current() {
    return inForce.kept().snapshot();
  }

  /** The snapshot in force, and what is kept beside it. */
  public Kept kept() {
    return inForce.kept();
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
    Attempt attempt = new Attempt(author, change, clock.instant());
    for (int planned = 1; ; planned++) {
      attempt.planEarly();
      synchronized (lock) {
        boolean isLast = planned == ATTEMPTS;
        if (isLast || away != null || attempt.isStillRight()) {
          Snapshot after = attempt.make(isLast);
          if (after != null) {
            return after;
          }
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
    InForce base = inForce;
    Kept before = base.kept();
    Draft draft = new Draft(before, nextRevision(before), author, clock.instant());
    change.apply(draft);
    draft.settle();
    Kept after = draft.done();
    ReadBack.check(before, after);
    try {
      base.becomes(after).footprint().checkGrowth(base.footprint());
      Set<Refusal> unused =
          Guard.check(before, after, author, draft.now(), this::policy, trippedSomewhere);
      return null;
    } catch (RefusedException e) {
      return e;
    }
  }

  /** A change on its way into force. */
  private final class Attempt {
    private final Author author;
    private final Change change;
    private final Instant now;
    private @Nullable Saving early;
    private @Nullable InForce plannedOn;
    private boolean isSent;

    Attempt(Author author, Change change, Instant now) {
      this.author = author;
      this.change = change;
      this.now = now;
    }

    /** Plans on top of what is in force now, which may be another thing when its turn comes. */
    void planEarly() {
      if (away == null) {
        InForce base = inForce;
        plannedOn = null;
        try {
          early = plan(base);
          plannedOn = base;
        } catch (JdbiException e) {
          log.debug("{} cannot be planned before its turn: {}", change, e.toString());
        }
      }
    }

    /** Returns whether what was planned can be made. */
    @SuppressWarnings("ReferenceEquality") // what is in force is the same until it is replaced
    boolean isStillRight() {
      Saving planned = early;
      return plannedOn == inForce
          && (planned == null || planned.after().snapshot().revision() == nextRevision(kept()));
    }

    /**
     * Makes the change; its turn has come.
     *
     * @param isLast whether all others have to wait for it
     * @return null if another server came before
     */
    @Nullable Snapshot make(boolean isLast) {
      boolean isPerhapsSaved = false;
      if (away == null) {
        try {
          return withStore(isLast);
        } catch (JdbiException | UnreadableStoreException e) {
          storeFailed(e);
          // The answer may have been lost, and not the change.
          isPerhapsSaved = isSent && !(e instanceof ConnectionException);
        }
      }
      // What needs no store is done without it.
      try {
        return withoutStore();
      } catch (JdbiException | StoreAwayException e) {
        throw isPerhapsSaved
            ? StoreAwayException.perhapsChanged()
            : StoreAwayException.nothingChanged();
      }
    }

    private @Nullable Snapshot withStore(boolean isLast) {
      Saving saving = isStillRight() ? early : plan(inForce);
      if (saving == null) {
        return current();
      }
      try {
        send(saving);
        store.save(saving);
        return done(saving);
      } catch (StaleRevisionException e) {
        // Another server changed the same store; its change stands and this one comes after.
        isSent = false;
        if (isLast) {
          return done(store.alone(this::onTop));
        }
        goBy(store.load());
        return null;
      }
    }

    private void send(Saving saving) {
      isSent = true;
      highestRevision = Math.max(highestRevision, saving.after().snapshot().revision());
    }

    private @Nullable Saving onTop(FlagStore.Alone alone) {
      goBy(alone.load());
      Saving saving = plan(inForce);
      if (saving != null) {
        send(saving);
        alone.save(saving);
      }
      return saving;
    }

    private Snapshot withoutStore() {
      Saving saving = plan(inForce);
      if (saving != null) {
        keep(saving.entries());
      }
      return done(saving);
    }

    private @Nullable Saving plan(InForce base) {
      Kept before = base.kept();
      Draft draft = new Draft(before, nextRevision(before), author, now);
      change.apply(draft);
      draft.settle();
      Kept after = draft.done();
      if (draft.isUnchanged()) {
        return null;
      }
      // First, for what comes next may ask the store.
      if (away != null && (draft.policy() != null || !Lowering.isAll(before, after))) {
        throw StoreAwayException.nothingChanged();
      }
      Set<Refusal> overridden =
          Guard.check(before, after, author, now, Changes.this::policy, trippedSomewhere);
      base.becomes(after).footprint().checkGrowth(base.footprint());
      ReadBack.check(before, after);
      return new Saving(before, after, setting(draft), draft.entries(overridden));
    }

    private Snapshot done(@Nullable Saving saving) {
      if (saving != null) {
        saving.entries().forEach(Changes::log);
        swapIn(saving.after());
      }
      return current();
    }
  }

  // Later than the one before, and than all that agents may have got from here or that was perhaps
  // saved.
  private long nextRevision(Kept before) {
    return Math.max(before.snapshot().revision(), highestRevision) + 1;
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
      if (!store.isAt(current()) || away != null) {
        synchronized (lock) {
          follow();
        }
      }
    } catch (JdbiException | UnreadableStoreException | CodecException | InvalidFlagException e) {
      synchronized (lock) {
        storeFailed(e);
      }
    }
  }

  // What the store has counts, and on top of it what only the journal has.
  private void follow() {
    List<AuditEntry> stops = journal.entries();
    if (stops.isEmpty()) {
      storeAnswers(store.load(), 0);
      return;
    }
    Saving entered = store.alone(alone -> enter(stops, alone));
    entered.entries().forEach(Changes::log);
    clearJournal();
    storeAnswers(entered.after(), stops.size());
  }

  private Saving enter(List<AuditEntry> stops, FlagStore.Alone alone) {
    Kept stored = alone.load();
    Draft draft = new Draft(stored, nextRevision(stored), SERVER, clock.instant());
    alone.notEntered(stops).forEach(stop -> Lowering.redo(draft, stop));
    draft.settle();
    if (draft.isUnchanged() && stored.snapshot().revision() < highestRevision) {
      draft.moveRevision("agents have later revisions, from while the store was away");
    }
    Saving saving = new Saving(stored, draft.done(), Map.of(), draft.entries(Set.of()));
    if (!draft.isUnchanged()) {
      highestRevision = Math.max(highestRevision, saving.after().snapshot().revision());
      alone.save(saving);
    }
    return saving;
  }

  private void storeAnswers(Kept kept, int stops) {
    StoreAway was = away;
    if (was != null || stops > 0) {
      log.warn(
          "The store answers{}; {} entries of the journal are in it, and changes are taken again",
          was == null ? "" : ", which was away since " + was.since(),
          stops);
    }
    away = null;
    goBy(kept);
  }

  private void goBy(Kept kept) {
    Snapshot before = current();
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
      swapIn(kept);
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
    StoreAway was = away;
    StoreAway now = StoreAway.of(was == null ? clock.instant() : was.since(), failure);
    if (was == null) {
      log.error(
          "The store does not answer: {}. Agents keep their flags. Stops are carried out and kept"
              + " in the journal until it answers; other changes are refused",
          now.why());
    } else if (!was.why().equals(now.why())) {
      log.warn("The store still does not answer: {}", now.why());
    }
    away = now;
  }

  private void swapIn(Kept kept) {
    Snapshot snapshot = kept.snapshot();
    inForce = inForce.becomes(kept);
    highestRevision = Math.max(highestRevision, snapshot.revision());
    listeners.forEach(listener -> listener.accept(snapshot));
  }
}
