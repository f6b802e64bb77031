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
 * One reader's stream of events. What is to be written is asked for piece by piece, each as soon as
 * the reader takes it; no write ever blocks, so a stalled reader delays nobody.
 *
 * <p>The servlet output has two states. Ready: {@link #drain} may write, from any thread. Not
 * ready: the container calls {@link #onWritePossible} once it is again. {@code waiting} tells the
 * latter; all is guarded by this object's monitor, under which nothing blocks.
 */
abstract class EventConnection implements WriteListener, AsyncListener {
  private static final Logger log = LoggerFactory.getLogger(EventConnection.class);

  private final AsyncContext context;
  private final ServletOutputStream out;
  private final String name;
  private final Runnable onClose;

  private byte @Nullable [] farewell;
  private boolean leaving;
  private boolean flushDue;
  private boolean waiting = true;
  private boolean closed;

  /**
   * Creates a connection that is silent until the container says that it is writable.
   *
   * @param name of the reader, for the log
   * @param onClose called once when the connection is gone, whoever ended it
   */
  EventConnection(AsyncContext context, ServletOutputStream out, String name, Runnable onClose) {
    this.context = context;
    this.out = out;
    this.name = name;
    this.onClose = onClose;
  }

  final void open() {
    context.setTimeout(0);
    context.addListener(this);
    out.setWriteListener(this);
  }

  /** Returns what is to be written next, or null if there is nothing. Called under the monitor. */
  abstract byte @Nullable [] next();

  /** All that there was is written, to its last byte. Called under the monitor. */
  void idle() {}

  /** The connection is gone. Called once, under the monitor. */
  void ended() {}

  /** Writes what there is, unless the reader has yet to take what was written before. */
  final synchronized void push() {
    if (waiting || closed) {
      return;
    }
    try {
      drain();
    } catch (IOException | RuntimeException e) {
      onError(e);
    }
  }

  /** Returns whether the reader has yet to take what was written before. */
  final synchronized boolean isWaiting() {
    return waiting;
  }

  /** Sends a last event after what is on its way, and ends the stream once the reader took it. */
  final synchronized void leave(byte[] last) {
    farewell = last;
    leaving = true;
    push();
  }

  @Override
  public final synchronized void onWritePossible() {
    waiting = false;
    push();
  }

  // isReady() is asked before every call, a flush too: the contract of non-blocking writes.
  private void drain() throws IOException {
    while (out.isReady()) {
      byte[] bytes = next();
      if (bytes == null) {
        bytes = farewell;
        farewell = null;
      }
      if (bytes != null) {
        flushDue = true;
        out.write(bytes);
      } else if (flushDue) {
        flushDue = false;
        out.flush();
      } else {
        idle();
        if (leaving) {
          close();
        }
        return;
      }
    }
    waiting = true;
  }

  @Override
  public final void onError(Throwable failure) {
    log.debug("stream of {} ended: {}", name, failure.toString());
    close();
  }

  /** Ends the stream; the reader will connect again. */
  final synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    ended();
    onClose.run();
    try {
      context.complete();
    } catch (IllegalStateException e) {
      log.debug("stream of {} was over already", name);
    }
  }

  @Override
  public final void onComplete(AsyncEvent event) {
    close();
  }

  @Override
  public final void onTimeout(AsyncEvent event) {
    close();
  }

  @Override
  public final void onError(AsyncEvent event) {
    close();
  }

  @Override
  public final void onStartAsync(AsyncEvent event) {}
}
