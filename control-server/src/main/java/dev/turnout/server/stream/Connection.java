package dev.turnout.server.stream;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * One agent's stream. It has a slot for a single snapshot: while the reader takes nothing, a newer
 * snapshot replaces the one that waits, so that a stalled reader costs no more than one document.
 */
final class Connection extends EventConnection {
  private static final EventBytes COMMENT = EventBytes.of(": alive\n\n");
  private static final byte[] HEAD = Compression.head();

  private final boolean compressed;

  private @Nullable Published slot;
  private @Nullable Published lastTaken;
  // At the start too: the first thing written is a comment, which makes the container send the
  // headers to a reader that already has the snapshot.
  private boolean commentDue = true;
  private boolean headDue;

  /**
   * Creates a connection that is silent until the container says that it is writable.
   *
   * @param name of the agent, for the log
   * @param compressed whether the reader is sent gzip
   * @param onClose called once when the connection is gone, whoever ended it
   */
  Connection(
      AsyncContext context,
      ServletOutputStream out,
      String name,
      boolean compressed,
      Runnable onClose) {
    super(context, out, name, onClose);
    this.compressed = compressed;
    headDue = compressed;
  }

  /** Sends the snapshot as soon as the reader takes it, unless a newer one comes before. */
  synchronized void offer(Published published) {
    Published newest = slot != null ? slot : lastTaken;
    if (newest == null || published.supersedes(newest)) {
      slot = published;
      push();
    }
  }

  /** Takes it that the reader already has this snapshot. */
  synchronized void resumeAt(Published published) {
    lastTaken = published;
  }

  /** Sends a comment, unless bytes are on their way anyhow. */
  synchronized void heartbeat() {
    if (!isWaiting()) {
      commentDue = true;
      push();
    }
  }

  /** As {@link #leave(byte[])}. */
  void leave(EventBytes last) {
    leave(last.as(compressed));
  }

  @Override
  byte @Nullable [] next() {
    Published next = slot;
    if (headDue) {
      headDue = false;
      return HEAD;
    }
    if (commentDue) {
      commentDue = false;
      return COMMENT.as(compressed);
    }
    if (next != null) {
      slot = null;
      lastTaken = next;
      return next.event().as(compressed);
    }
    return null;
  }

  @Override
  void ended() {
    slot = null;
  }
}
