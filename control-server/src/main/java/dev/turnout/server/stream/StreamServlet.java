package dev.turnout.server.stream;

import dev.turnout.flags.Host;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.server.auth.Access;
import dev.turnout.server.auth.AccessException;
import dev.turnout.server.auth.Right;
import dev.turnout.server.fleet.Hosts;
import dev.turnout.server.problem.Problem;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /agent/v1/stream}. A servlet of its own beside Javalin's: the framework would write
 * with a thread for each reader.
 */
public final class StreamServlet extends HttpServlet {
  /** Where this servlet answers. */
  public static final String PATH = "/agent/v1/stream";

  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(StreamServlet.class);
  // Those who are turned away in one moment are not to come back in one.
  private static final int RETRY_AFTER_FROM_SECONDS = 5;
  private static final int RETRY_AFTER_TO_SECONDS = 20;

  private final transient Access access;
  private final transient Streams streams;

  /** Serves {@code streams} to whom {@code access} lets in. */
  public StreamServlet(Access access, Streams streams) {
    this.access = access;
    this.streams = streams;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (!request.getMethod().equals("GET")) {
      response.setHeader("Allow", "GET");
      Problem.of(405, "only GET is allowed here").write(response);
      return;
    }
    Host host;
    try {
      host =
          Hosts.check(
              request.getParameter("service"),
              request.getParameter("instance"),
              request.getParameter("region"));
      access.check(request.getHeader("Authorization"), Right.AGENT).requireService(host.service());
    } catch (AccessException e) {
      e.problem().write(response);
      return;
    } catch (InvalidFlagException e) {
      Problem.of(e).write(response);
      return;
    }
    if (!streams.takePlace()) {
      log.warn("A stream was refused: {} are open, the most allowed", streams.size());
      response.setHeader("Retry-After", Integer.toString(retryAfter()));
      Problem.of(503, "too many streams are open; try again later").write(response);
      return;
    }
    response.setContentType("text/event-stream");
    response.setHeader("Cache-Control", "no-cache");
    // nginx would otherwise hold events back until its buffer is full.
    response.setHeader("X-Accel-Buffering", "no");
    response.setHeader("Vary", "Accept-Encoding");
    boolean compressed = Compression.isAccepted(request.getHeader("Accept-Encoding"));
    if (compressed) {
      response.setHeader("Content-Encoding", "gzip");
    }
    AsyncContext context = request.startAsync();
    String lastEventId = request.getHeader("Last-Event-ID");
    streams.open(context, response.getOutputStream(), host, lastEventId, compressed);
  }

  private static int retryAfter() {
    return ThreadLocalRandom.current()
        .nextInt(RETRY_AFTER_FROM_SECONDS, RETRY_AFTER_TO_SECONDS + 1);
  }
}
