package dev.turnout.server.web;

import dev.turnout.server.problem.Problem;
import io.javalin.http.Context;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;

/**
 * Reads the bytes of a request's body, bounded in size and in time: a body is read by a thread that
 * waits for it, and a client that sends a byte now and then must not keep that thread.
 */
final class BodyReader {
  /** The largest body, in bytes. */
  static final int MAX_BYTES = 1_000_000;

  /** The longest that a whole body may take. */
  static final Duration MAX_TIME = Duration.ofSeconds(5);

  /** The same where the request is carried out whatever its body says. */
  static final Duration MAX_TIME_OF_STOPS = Duration.ofSeconds(1);

  // Read and thrown away of a body that is too large: most clients look for the answer only after
  // they have sent all.
  private static final long MOST_DISCARDED = 32L * MAX_BYTES;

  private static final int CHUNK = 1 << 14;

  private final EndPoint connection;
  private final InputStream in;
  private final int maxBytes;
  private final Duration maxTime;
  private final long deadline;

  private BodyReader(HttpServletRequest request, int maxBytes, Duration maxTime)
      throws IOException {
    this.maxBytes = maxBytes;
    this.maxTime = maxTime;
    deadline = System.nanoTime() + maxTime.toNanos();
    connection =
        ServletContextRequest.getServletContextRequest(request)
            .getConnectionMetaData()
            .getConnection()
            .getEndPoint();
    in = request.getInputStream();
  }

  /**
   * Reads the whole body.
   *
   * @throws ProblemException naming the field {@code body} if it is too large or too slow
   */
  static byte[] read(Context context) {
    return read(context, MAX_BYTES, MAX_TIME);
  }

  /** As {@link #read(Context)}, with bounds of its own. */
  static byte[] read(Context context, int maxBytes, Duration maxTime) {
    try {
      return new BodyReader(context.req(), maxBytes, maxTime).read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] read() throws IOException {
    long idle = connection.getIdleTimeout();
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      byte[] chunk = new byte[CHUNK];
      long size = 0;
      int read;
      long most = Math.max(MOST_DISCARDED, 2L * maxBytes);
      while (size <= most && (read = read(chunk)) >= 0) {
        size += read;
        if (size <= maxBytes) {
          bytes.write(chunk, 0, read);
        }
      }
      if (size > maxBytes) {
        throw problem(413, "is larger than " + maxBytes + " bytes");
      }
      return bytes.toByteArray();
    } finally {
      connection.setIdleTimeout(idle);
    }
  }

  // The connection's own timeout is what ends a read that waits.
  private int read(byte[] chunk) throws IOException {
    long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    if (millis <= 0) {
      throw tooSlow();
    }
    connection.setIdleTimeout(millis);
    try {
      return in.read(chunk);
    } catch (IOException e) {
      if (System.nanoTime() >= deadline - TimeUnit.MILLISECONDS.toNanos(1)) {
        throw tooSlow();
      }
      throw e;
    }
  }

  private ProblemException tooSlow() {
    return problem(408, "did not arrive within " + maxTime.toSeconds() + " s");
  }

  private static ProblemException problem(int status, String what) {
    return new ProblemException(new Problem(status, "body: " + what, "body"));
  }
}
