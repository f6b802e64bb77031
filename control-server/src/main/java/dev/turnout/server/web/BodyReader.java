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

  // Read and thrown away of a body that is too large: most clients look for the answer only after
  // they have sent all.
  private static final long MOST_DISCARDED = 32L * MAX_BYTES;

  private static final int CHUNK = 1 << 14;

  private final EndPoint connection;
  private final InputStream in;
  private final long deadline = System.nanoTime() + MAX_TIME.toNanos();

  private BodyReader(HttpServletRequest request) throws IOException {
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
    try {
      return new BodyReader(context.req()).read();
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
      while (size <= MOST_DISCARDED && (read = read(chunk)) >= 0) {
        size += read;
        if (size <= MAX_BYTES) {
          bytes.write(chunk, 0, read);
        }
      }
      if (size > MAX_BYTES) {
        throw problem(413, "is larger than " + MAX_BYTES + " bytes");
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

  private static ProblemException tooSlow() {
    return problem(408, "did not arrive within " + MAX_TIME.toSeconds() + " seconds");
  }

  private static ProblemException problem(int status, String what) {
    return new ProblemException(new Problem(status, "body: " + what, "body"));
  }
}
