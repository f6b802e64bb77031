package dev.turnout.client;

import java.io.IOException;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;

/**
 * Ends a stream whose event exceeds a number of bytes. OkHttp collects an event, however long its
 * lines are, in memory; a server gone mad could fill it. Also tells of every byte that arrives:
 * comments, which OkHttp swallows, are contact too.
 */
final class EventLimit extends ForwardingSource {
  private final long limit;
  private final Runnable contact;
  private long size;
  private boolean blank = true;

  private EventLimit(Source source, long limit, Runnable contact) {
    super(source);
    this.limit = limit;
    this.contact = contact;
  }

  /** The same answer, with a body that is limited. */
  static Response on(Response response, long limit, Runnable contact) {
    ResponseBody body = response.body();
    Source limited = new EventLimit(body.source(), limit, contact);
    return response
        .newBuilder()
        .body(ResponseBody.create(Okio.buffer(limited), body.contentType(), body.contentLength()))
        .build();
  }

  @Override
  public long read(Buffer sink, long byteCount) throws IOException {
    long read = super.read(sink, byteCount);
    if (read > 0) {
      contact.run();
      Buffer chunk = new Buffer();
      sink.copyTo(chunk, sink.size() - read, read);
      count(chunk.readByteArray());
    }
    return read;
  }

  // An event ends with a blank line. A carriage return says nothing of its own: a server that
  // ends lines with it alone is counted as one event and cut off at the limit.
  private void count(byte[] bytes) throws IOException {
    for (byte b : bytes) {
      size++;
      if (b == '\n') {
        if (blank) {
          size = 0;
        }
        blank = true;
      } else if (b != '\r') {
        blank = false;
      }
    }
    if (size > limit) {
      throw new IOException("an event of more than " + limit + " bytes");
    }
  }
}
