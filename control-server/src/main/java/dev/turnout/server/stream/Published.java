package dev.turnout.server.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.flags.Snapshot;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot as it goes over the wire, put into bytes once for all readers. Safe for use by several
 * threads.
 */
public final class Published {
  private final Snapshot snapshot;
  private final String id;
  private final byte[] json;
  private final EventBytes event;
  private byte @Nullable [] gzip;

  Published(Snapshot snapshot) {
    this.snapshot = snapshot;
    id = snapshot.epoch() + ":" + snapshot.revision();
    json = SnapshotCodec.write(snapshot);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(json.length + 64);
    bytes.writeBytes(("event: snapshot\nid: " + id + "\ndata: ").getBytes(UTF_8));
    bytes.writeBytes(json);
    bytes.writeBytes("\n\n".getBytes(UTF_8));
    event = new EventBytes(bytes.toByteArray());
  }

  // A revision is never used twice within an epoch.
  boolean isOf(Snapshot other) {
    return snapshot.epoch() == other.epoch() && snapshot.revision() == other.revision();
  }

  Snapshot snapshot() {
    return snapshot;
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

  /** The document as a server-sent event. */
  EventBytes event() {
    return event;
  }
}
