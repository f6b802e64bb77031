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

  private final Form form;

  private @Nullable Published slot;
  private @Nullable Published lastTaken;
  // What the reader can take a delta from: what it was sent last, over this connection.
  private @Nullable Published base;
  // Of what is in the slot, and of what was taken and is not yet written to its last byte; null
  // where nobody measures.
  private @Nullable Delivery waiting;
  private @Nullable Delivery underWay;
  // At the start too: the first thing written is a comment, which makes the container send the
  // headers to a reader that already has the snapshot.
  private boolean commentDue = true;
  private boolean headDue;

  /**
   * How the reader takes what it is sent.
   *
   * @param compressed whether as gzip
   * @param deltas whether as deltas where that is possible
   */
  record Form(boolean compressed, boolean deltas) {}

  /**
   * Creates a connection that is silent until the container says that it is writable.
   *
   * @param name of the agent, for the log
   * @param onClose called once when the connection is gone, whoever ended it
   */
  Connection(
      AsyncContext context, ServletOutputStream out, String name, Form form, Runnable onClose) {
    super(context, out, name, onClose);
    this.form = form;
    headDue = form.compressed();
  }

  /** Sends the snapshot as soon as the reader takes it, unless a newer one comes before. */
  void offer(Published published) {
    offer(published, null);
  }

  /**
   * As {@link #offer(Published)}.
   *
   * @param delivery told what becomes of it, if it is sent at all; null if nobody measures
   */
  synchronized void offer(Published published, @Nullable Delivery delivery) {
    Published newest = slot != null ? slot : lastTaken;
    if (newest == null || published.supersedes(newest)) {
      slot = published;
      overtaken();
      if (delivery != null) {
        delivery.expect();
        waiting = delivery;
      }
      push();
    }
  }

  private void overtaken() {
    Delivery delivery = waiting;
    waiting = null;
    if (delivery != null) {
      delivery.done();
    }
  }

  private void written() {
    Delivery delivery = underWay;
    underWay = null;
    if (delivery != null) {
      delivery.written();
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
    leave(last.as(form.compressed()));
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
      return COMMENT.as(form.compressed());
    }
    if (next != null) {
      slot = null;
      lastTaken = next;
      // Asked for the next is only who has taken the one before.
      written();
      underWay = waiting;
      waiting = null;
      EventBytes event = next.event(base);
      base = form.deltas() ? next : null;
      return event.as(form.compressed());
    }
    return null;
  }

  @Override
  void idle() {
    written();
  }

  @Override
  void ended() {
    slot = null;
    overtaken();
    Delivery delivery = underWay;
    underWay = null;
    if (delivery != null) {
      delivery.done();
    }
  }
}
