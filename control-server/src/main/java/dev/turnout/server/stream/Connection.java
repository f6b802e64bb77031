package dev.turnout.server.stream;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One agent's stream. It has a slot for a single snapshot: while the reader takes nothing, a newer
 * snapshot replaces the one that waits, so that a stalled reader costs no more than one document
 * and, as no write ever blocks, delays nobody.
 *
 * <p>The servlet output has two states. Ready: {@link #drain} may write, from any thread. Not
 * ready: the container calls {@link #onWritePossible} once it is again. {@code waiting} tells the
 * latter; all is guarded by this object's monitor, under which nothing blocks.
 */
final class Connection implements WriteListener, AsyncListener {
  private static final Logger log = LoggerFactory.getLogger(Connection.class);
  private static final EventBytes COMMENT = EventBytes.of(": alive\n\n");
  private static final byte[] HEAD = Compression.head();

  private final AsyncContext context;
  private final ServletOutputStream out;
  private final String name;
  private final boolean compressed;
  private final Runnable onClose;

  private @Nullable Published slot;
  private @Nullable Published lastTaken;
  // At the start too: the first thing written is a comment, which makes the container send the
  // headers to a reader that already has the snapshot.
  private boolean commentDue = true;
  private boolean headDue;
  private @Nullable EventBytes farewell;
  private boolean leaving;
  private boolean flushDue;
  private boolean waiting = true;
  private boolean closed;

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
    this.context = context;
    this.out = out;
    this.name = name;
    this.compressed = compressed;
    headDue = compressed;
    this.onClose = onClose;
  }

  void open() {
    context.setTimeout(0);
    context.addListener(this);
    out.setWriteListener(this);
  }

  /** Sends the snapshot as soon as the reader takes it, unless a newer one comes before. */
  synchronized void offer(Published published) {
    Published newest = slot != null ? slot : lastTaken;
    if (newest == null || published.supersedes(newest)) {
      slot = published;
      drainUnlessWaiting();
    }
  }

  /** Takes it that the reader already has this snapshot. */
  synchronized void resumeAt(Published published) {
    lastTaken = published;
  }

  /** Sends a comment, unless bytes are on their way anyhow. */
  synchronized void heartbeat() {
    if (!waiting) {
      commentDue = true;
      drainUnlessWaiting();
    }
  }

  /** Sends a last event after what is on its way, and ends the stream once the reader took it. */
  synchronized void leave(EventBytes last) {
    farewell = last;
    leaving = true;
    drainUnlessWaiting();
  }

  @Override
  public synchronized void onWritePossible() {
    waiting = false;
    drainUnlessWaiting();
  }

  private void drainUnlessWaiting() {
    if (waiting || closed) {
      return;
    }
    try {
      drain();
    } catch (IOException | RuntimeException e) {
      onError(e);
    }
  }

  // isReady() is asked before every call, a flush too: the contract of non-blocking writes.
  private void drain() throws IOException {
    while (out.isReady()) {
      Published next = slot;
      EventBytes last = farewell;
      if (headDue) {
        headDue = false;
        out.write(HEAD);
      } else if (commentDue) {
        commentDue = false;
        flushDue = true;
        out.write(COMMENT.as(compressed));
      } else if (next != null) {
        slot = null;
        lastTaken = next;
        flushDue = true;
        out.write(next.event().as(compressed));
      } else if (last != null) {
        farewell = null;
        flushDue = true;
        out.write(last.as(compressed));
      } else if (flushDue) {
        flushDue = false;
        out.flush();
      } else if (leaving) {
        close();
        return;
      } else {
        return;
      }
    }
    waiting = true;
  }

  @Override
  public void onError(Throwable failure) {
    log.debug("stream of {} ended: {}", name, failure.toString());
    close();
  }

  /** Ends the stream; the agent will connect again. */
  synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    slot = null;
    onClose.run();
    try {
      context.complete();
    } catch (IllegalStateException e) {
      log.debug("stream of {} was over already", name);
    }
  }

  @Override
  public void onComplete(AsyncEvent event) {
    close();
  }

  @Override
  public void onTimeout(AsyncEvent event) {
    close();
  }

  @Override
  public void onError(AsyncEvent event) {
    close();
  }

  @Override
  public void onStartAsync(AsyncEvent event) {}
}
