package dev.turnout.server.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.client.signing.SnapshotSignature;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.signing.Signer;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot as it goes over the wire, put into bytes once for all readers. Safe for use by several
 * threads.
 */
public final class Published {
  private final Snapshot snapshot;
  private final String id;
  private final byte[] json;
  private final SnapshotSignature signature;
  private final Instant validUntil;
  private final EventBytes event;
  private byte @Nullable [] gzip;

  Published(Snapshot snapshot, Signer signer) {
    this.snapshot = snapshot;
    id = snapshot.epoch() + ":" + snapshot.revision();
    Signer.Signed signed = signer.sign(snapshot);
    json = signed.document();
    signature = signed.signature();
    validUntil = signed.validUntil();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(json.length + 256);
    bytes.writeBytes(
        ("event: " + SnapshotSignature.EVENT + "\ndata: " + signature + "\n\n").getBytes(UTF_8));
    bytes.writeBytes(("event: snapshot\nid: " + id + "\ndata: ").getBytes(UTF_8));
    bytes.writeBytes(json);
    bytes.writeBytes("\n\n".getBytes(UTF_8));
    event = new EventBytes(bytes.toByteArray());
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

  /** Its signature and the document as two server-sent events. */
  EventBytes event() {
    return event;
  }
}
