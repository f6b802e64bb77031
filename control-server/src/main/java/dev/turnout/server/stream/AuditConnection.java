package dev.turnout.server.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * One reader's stream of what happens. It has no queue but a place in the audit, and room for one
 * page of what follows: the next is handed to it once it has written that. So a reader that falls
 * behind costs a page, and loses nothing.
 */
final class AuditConnection extends EventConnection {
  /**
   * Some rows of the audit as events, shared by all readers at the same place.
   *
   * @param events in bytes; none if no row in this part of the audit is wanted
   * @param upTo the number of the last row that was looked at
   */
  record Page(byte[] events, long upTo) {}

  private final @Nullable String flag;
  private final Runnable onIdle;

  private long cursor;
  private @Nullable Page page;
  private boolean busy = true;
  // The first thing written is where the reader stands: it may lose the connection before anything
  // happens, and comes back to that place.
  private boolean commentDue = true;

  /**
   * Creates a connection that is silent until the container says that it is writable.
   *
   * @param cursor the number of the row after which to begin
   * @param flag the flag that the reader wants to hear of; null for everything
   * @param onIdle called whenever everything is written; must not block
   * @param onClose called once when the connection is gone, whoever ended it
   */
  AuditConnection(
      AsyncContext context,
      ServletOutputStream out,
      String name,
      long cursor,
      @Nullable String flag,
      Runnable onIdle,
      Runnable onClose) {
    super(context, out, name, onClose);
    this.cursor = cursor;
    this.flag = flag;
    this.onIdle = onIdle;
  }

  @Nullable String flag() {
    return flag;
  }

  /** The number of the last row that was handed to it, or that it began after. */
  synchronized long cursor() {
    return cursor;
  }

  /** Returns whether everything that was handed to it is written. */
  synchronized boolean isReadyForMore() {
    return !busy;
  }

  /** Sends a page that begins where the last one ended. */
  synchronized void offer(Page next) {
    cursor = next.upTo();
    if (next.events().length > 0) {
      page = next;
      busy = true;
      push();
    }
  }

  /** Sends a comment, unless bytes are on their way anyhow. */
  synchronized void heartbeat() {
    if (!isWaiting()) {
      commentDue = true;
      push();
    }
  }

  @Override
  byte @Nullable [] next() {
    Page next = page;
    if (next != null) {
      page = null;
      return next.events();
    }
    if (commentDue) {
      commentDue = false;
      // With the place, or a reader of one flag would come back to a long past one.
      return (": alive\nid: " + cursor + "\n\n").getBytes(UTF_8);
    }
    return null;
  }

  @Override
  void idle() {
    if (busy) {
      busy = false;
      onIdle.run();
    }
  }

  @Override
  void ended() {
    page = null;
  }
}
