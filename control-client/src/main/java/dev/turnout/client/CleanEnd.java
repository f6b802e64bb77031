package dev.turnout.client;

import java.io.IOException;
import okhttp3.Call;
import okhttp3.Interceptor;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;

/**
 * Sees to it that an answer is at its end before it is closed: OkHttp would read what is left with
 * a time limit of its own, for which Okio starts a thread that stays. An answer that goes on is
 * broken off together with its connection.
 */
final class CleanEnd implements Interceptor {
  // An error page is read to its end, so that its connection can be used again.
  private static final int SHORT = 64 << 10;
  private static final int CHUNK = 8 << 10;

  @Override
  public Response intercept(Chain chain) throws IOException {
    Response response = chain.proceed(chain.request());
    ResponseBody body = response.body();
    Source clean = new Body(body.source(), chain.call());
    return response
        .newBuilder()
        .body(ResponseBody.create(Okio.buffer(clean), body.contentType(), body.contentLength()))
        .build();
  }

  private static final class Body extends ForwardingSource {
    private final Call call;
    private boolean ended;
    private boolean broken;

    Body(Source source, Call call) {
      super(source);
      this.call = call;
    }

    @Override
    public long read(Buffer sink, long byteCount) throws IOException {
      try {
        long read = super.read(sink, byteCount);
        ended = read < 0;
        return read;
      } catch (IOException | RuntimeException e) {
        // By that OkHttp has let go of the connection.
        broken = true;
        throw e;
      }
    }

    @Override
    public void close() throws IOException {
      try {
        skip(SHORT);
        if (!ended && !broken) {
          call.cancel();
          skip(Long.MAX_VALUE);
        }
      } catch (IOException e) {
        // It is broken then.
        return;
      }
      if (!broken) {
        super.close();
      }
    }

    private void skip(long most) throws IOException {
      Buffer skipped = new Buffer();
      long left = most;
      while (left > 0 && !ended && !broken) {
        left -= Math.max(0, read(skipped, CHUNK));
        skipped.clear();
      }
    }
  }
}
