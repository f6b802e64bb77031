package dev.turnout.client;

import dev.turnout.client.Warnings.Topic;
import dev.turnout.client.codec.CodecException;
import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.client.signing.SnapshotSignature;
import dev.turnout.client.signing.Trust;
import dev.turnout.client.signing.UntrustedException;
import dev.turnout.flags.Snapshot;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The snapshot in force. It is only ever replaced by a newer one of the same environment, or by the
 * same signed anew, that is trusted; whatever the server sends instead, it stays, and the server is
 * told.
 */
final class InForce {
  private final SnapshotKeeper keeper;
  private final Trust trust;
  private final Consumer<Snapshot> listener;
  private final Warnings warnings;
  private final Refusals refusals;
  private volatile Held current = new Held(Snapshot.EMPTY, List.of(), null);
  private volatile boolean confirmed;

  // What the server has in place of what is in force, and was not taken for ending earlier.
  private volatile @Nullable SnapshotSignature declined;
  private boolean closed;
  private @Nullable Instant toldExpired;

  /**
   * Creates it; there is no snapshot yet.
   *
   * @param keeper of what is in force
   */
  InForce(
      SnapshotKeeper keeper,
      Trust trust,
      Consumer<Snapshot> listener,
      Warnings warnings,
      Refusals refusals) {
    this.keeper = keeper;
    this.trust = trust;
    this.listener = listener;
    this.warnings = warnings;
    this.refusals = refusals;
  }

  /**
   * What is held.
   *
   * @param problems one sentence for each part that was not understood
   * @param signature what it was signed with; null if it was not, or that was not kept
   */
  private record Held(
      Snapshot snapshot, List<String> problems, @Nullable SnapshotSignature signature) {}

  /**
   * A document as the server sent it.
   *
   * @param id {@code EPOCH:REVISION} as the server names it; null if it does not
   * @param signature as the server sent it; null if it sent none
   */
  record Document(@Nullable String id, byte[] json, @Nullable String signature) {}

  Snapshot snapshot() {
    return current.snapshot();
  }

  /**
   * What the server is asked whether it has another than: {@code EPOCH:REVISION}, with the tag of
   * the signature if there is one; null as long as there is no snapshot, while one that ends is
   * here without its signature, for that is how what is signed anew is told apart, and while one is
   * here as an earlier JVM understood it in part, for its agent may have been an older one.
   */
  @Nullable String id() {
    Held now = current;
    if (now.snapshot().equals(Snapshot.EMPTY) || isToBeReadAnew(now)) {
      return null;
    }
    SnapshotSignature latest = declined;
    SnapshotSignature signature = latest == null ? now.signature() : latest;
    if (signature != null) {
      return signature.tag(id(now.snapshot()));
    }
    return now.snapshot().validUntil() == null ? id(now.snapshot()) : null;
  }

  /** Returns whether this is what is in force, by its name and signature alone. */
  boolean isKnown(@Nullable String id, @Nullable String signature) {
    Held now = current;
    return id != null
        && !now.snapshot().equals(Snapshot.EMPTY)
        && !isToBeReadAnew(now)
        && id.equals(id(now.snapshot()))
        && (signature == null || SnapshotSignature.parse(signature) == null
            ? now.snapshot().validUntil() == null
            : signature.equals(String.valueOf(now.signature()))
                || signature.equals(String.valueOf(declined)));
  }

  private boolean isToBeReadAnew(Held now) {
    return !confirmed && !now.problems().isEmpty();
  }

  private static String id(Snapshot snapshot) {
    return snapshot.epoch() + ":" + snapshot.revision();
  }

  /**
   * Puts what was stored by an earlier JVM in force, unless the server was faster. Takes as long as
   * the disk does.
   */
  void restore() {
    SnapshotStore.Kept stored = keeper.load();
    if (stored != null) {
      restored(stored);
    }
  }

  private synchronized void restored(SnapshotStore.Kept stored) {
    if (!closed && current.snapshot().equals(Snapshot.EMPTY)) {
      hold(
          new Held(
              stored.snapshot(), stored.problems(), SnapshotSignature.parse(stored.signature())));
      deliver(stored.snapshot());
    }
  }

  /**
   * Takes a document from the server; never throws.
   *
   * @return false if it is no document, or none to be trusted
   */
  synchronized boolean offer(Document document) {
    if (closed) {
      return true;
    }
    Held before = current;
    SnapshotCodec.Read read;
    try {
      trust.checkSignature(document.json(), document.signature());
      read = SnapshotCodec.read(document.json(), before.snapshot());
      trust.checkEnvironment(read.snapshot().env());
    } catch (CodecException e) {
      refuse(Topic.DOCUMENT, document.id(), String.valueOf(e.getMessage()));
      return false;
    } catch (UntrustedException e) {
      refuse(Topic.UNTRUSTED, document.id(), String.valueOf(e.getMessage()));
      return false;
    }
    Held offered =
        new Held(read.snapshot(), read.problems(), SnapshotSignature.parse(document.signature()));
    if (accepts(offered, before, document)) {
      take(offered, document);
    }
    return true;
  }

  /**
   * Takes note that something which should have become a document did not.
   *
   * @param id as of a {@link Document}
   * @param reason why, for people
   */
  void refuse(@Nullable String id, String reason) {
    refuse(Topic.DOCUMENT, id, reason);
  }

  private void hold(Held held) {
    String id = id(held.snapshot());
    if (!held.problems().isEmpty()) {
      warnings.warn(
          Topic.DOCUMENT,
          "snapshot " + id + " was taken but for: " + String.join("; ", held.problems()));
    }
    refusals.parts(id, held.problems());
    current = held;
    declined = null;
  }

  private void take(Held offered, Document document) {
    Snapshot snapshot = offered.snapshot();
    confirmed = true;
    hold(offered);
    // First the application, then the disk: a kill does not wait for an fsync, neither its own nor
    // that of the snapshot before.
    deliver(snapshot);
    keeper.keep(
        new SnapshotStore.Kept(snapshot, offered.problems(), document.signature()),
        document.json());
  }

  private void refuse(Topic topic, @Nullable String id, String reason) {
    refusals.add(id, reason);
    warnings.warn(
        topic,
        "the control server's snapshot is refused, "
            + id(current.snapshot())
            + " stays in force: "
            + reason);
  }

  /** Says once of each snapshot that it is past its validity. For one thread; waits for nobody. */
  void look(Instant now) {
    Snapshot snapshot = current.snapshot();
    Instant end = snapshot.validUntil();
    if (end != null && snapshot.isExpired(now) && !end.equals(toldExpired)) {
      toldExpired = end;
      warnings.warn(
          Topic.EXPIRED,
          "snapshot "
              + id(snapshot)
              + " was valid until "
              + end
              + " and stays in force: the control server has not signed it again, or does not"
              + " reach this JVM, or the clock of one of them is wrong");
    }
  }

  /** Takes no more documents. */
  synchronized void close() {
    closed = true;
  }

  private boolean accepts(Held offer, Held held, Document document) {
    Snapshot before = held.snapshot();
    Snapshot offered = offer.snapshot();
    if (before.equals(Snapshot.EMPTY)) {
      return true;
    }
    if (!offered.env().equals(before.env())) {
      // An agent that is moved to another environment finds the old one's snapshot on its disk.
      // A server that changes its environment under a running agent is the wrong server.
      String reason =
          "the control server's environment is \""
              + offered.env()
              + "\", that of the snapshot in"
              + " force is \""
              + before.env()
              + "\"";
      if (confirmed) {
        refusals.add(document.id(), reason);
      }
      warnings.warn(Topic.OLDER, reason + (confirmed ? "; refused" : "; taken"));
      return !confirmed;
    }
    if (offered.isNewerThan(before)) {
      return true;
    }
    if (before.isNewerThan(offered)) {
      String reason =
          "the control server offers snapshot " + id(offered) + ", older than " + id(before);
      refusals.add(document.id(), reason);
      warnings.warn(
          Topic.OLDER,
          reason + ", which stays in force; if its store was restored, raise the epoch");
      return false;
    }
    confirmed = true;
    return isRenewal(offer, held);
  }

  // The same flags, signed anew or understood otherwise. One that ends earlier is an old one that
  // somebody kept, or of a server whose clock was ahead when it signed that in force: it would be
  // sent again and again if it was not remembered.
  private boolean isRenewal(Held offered, Held before) {
    declined = null;
    if (offered.equals(before)) {
      return false;
    }
    Instant ended = before.snapshot().validUntil();
    Instant ends = offered.snapshot().validUntil();
    if (ended == null || ends == null) {
      return !Objects.equals(ended, ends) || !offered.problems().equals(before.problems());
    }
    if (!ends.isBefore(ended)) {
      return true;
    }
    declined = offered.signature();
    warnings.warn(
        Topic.EXPIRED,
        "the control server offers snapshot "
            + id(offered.snapshot())
            + " with an earlier end, "
            + ends
            + ", than the "
            + ended
            + " of that in force, which stays: its clock was set back, or differs from another"
            + " server's");
    return false;
  }

  private void deliver(Snapshot snapshot) {
    try {
      listener.accept(snapshot);
    } catch (Throwable e) {
      // The connection must outlive whatever the listener runs into.
      warnings.warn(Topic.INTERNAL, "snapshot " + id(snapshot) + " could not be applied: " + e);
      refusals.add(id(snapshot), "it could not be applied: " + e);
    }
  }
}
