package dev.turnout.server.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.client.codec.CodecException;
import dev.turnout.client.codec.SnapshotDelta;
import dev.turnout.client.signing.SnapshotSignature;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.signing.Signer;
import java.io.ByteArrayOutputStream;
import java.lang.ref.WeakReference;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A snapshot as it goes over the wire, put into bytes once for all readers. Safe for use by several
 * threads.
 */
public final class Published {
  private static final Logger log = LoggerFactory.getLogger(Published.class);

  private final Snapshot snapshot;
  private final String id;
  private final byte[] json;
  private final SnapshotSignature signature;
  private final Instant validUntil;
  private final EventBytes event;
  private byte @Nullable [] gzip;

  // Weak, or each would keep the one before for ever. Who was sent that one has it.
  private final WeakReference<Published> before;
  private final Object comparing = new Object();
  private boolean compared;
  private @Nullable EventBytes delta;

  /**
   * Signs a snapshot.
   *
   * @param before what a delta can be from; null if there can be none
   */
  Published(Snapshot snapshot, Signer signer, @Nullable Published before) {
    this.snapshot = snapshot;
    this.before = new WeakReference<>(before);
    id = snapshot.epoch() + ":" + snapshot.revision();
    Signer.Signed signed = signer.sign(snapshot);
    json = signed.document();
    signature = signed.signature();
    validUntil = signed.validUntil();
    event = event("snapshot", json);
  }

  private EventBytes event(String type, byte[] data) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(data.length + 256);
    bytes.writeBytes(
        ("event: " + SnapshotSignature.EVENT + "\ndata: " + signature + "\n\n").getBytes(UTF_8));
    bytes.writeBytes(("event: " + type + "\nid: " + id + "\ndata: ").getBytes(UTF_8));
    bytes.writeBytes(data);
    bytes.writeBytes("\n\n".getBytes(UTF_8));
    return new EventBytes(bytes.toByteArray());
  }

  // A revision is never used twice within an epoch.
  boolean isOf(Snapshot other) {
    return snapshot.epoch() == other.epoch() && snapshot.revision() == other.revision();
  }

  boolean isValidUntil(Instant end) {
    return validUntil.equals(end);
  }

  /** Returns whether a reader that was sent the other has yet to be sent this. */
  boolean supersedes(Published other) {
    return snapshot.isNewerThan(other.snapshot)
        || (isOf(other.snapshot) && validUntil.isAfter(other.validUntil));
  }

  Snapshot snapshot() {
    return snapshot;
  }

  /** What the document was signed with. */
  public SnapshotSignature signature() {
    return signature;
  }

  /**
   * Returns whether this is what an agent has by that name: {@code EPOCH:REVISION:TAG}, with the
   * tag of the signature, or without it from agents that know of no signatures.
   */
  public boolean isKnownAs(@Nullable String name) {
    return id.equals(name) || signature.tag(id).equals(name);
  }

  /** {@code EPOCH:REVISION}. */
  public String id() {
    return id;
  }

  /** The document in one line of UTF-8. Not to be changed: every reader gets the same array. */
  public byte[] json() {
    return json;
  }

  /** The same in gzip. Not to be changed either. */
  public synchronized byte[] gzip() {
    byte[] ready = gzip;
    if (ready == null) {
      ready = Compression.whole(json);
      gzip = ready;
    }
    return ready;
  }

  /**
   * Its signature and the document, or what is new in that, as two server-sent events.
   *
   * @param sent what the reader was sent last, and takes a delta from; null if it takes none
   */
  EventBytes event(@Nullable Published sent) {
    EventBytes small = sent != null && before.refersTo(sent) ? delta(sent) : null;
    return small == null ? event : small;
  }

  // Made once for all readers, when the first one is to have it.
  private @Nullable EventBytes delta(Published from) {
    synchronized (comparing) {
      if (!compared) {
        compared = true;
        byte[] data = Difference.between(from.id, from.json, json);
        delta = data == null || !isRight(data, from) ? null : event(SnapshotDelta.EVENT, data);
      }
      return delta;
    }
  }

  // As agents will: one that they refused would have all of them connect anew at a time.
  private boolean isRight(byte[] data, Published from) {
    try {
      return Arrays.equals(SnapshotDelta.apply(new String(data, UTF_8), from.id, from.json), json);
    } catch (CodecException e) {
      log.error("A delta was made wrong, and the whole snapshot is sent; this is a bug", e);
      return false;
    }
  }
}
