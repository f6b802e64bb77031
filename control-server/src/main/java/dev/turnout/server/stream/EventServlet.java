package dev.turnout.server.stream;

import dev.turnout.flags.InvalidFlagException;
import dev.turnout.server.auth.AccessException;
import dev.turnout.server.problem.Problem;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A stream of events at one path. A servlet of its own beside Javalin's: the framework would write
 * with a thread for each reader.
 */
abstract class EventServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;
  // Those who are turned away in one moment are not to come back in one.
  private static final int RETRY_AFTER_FROM_SECONDS = 5;
  private static final int RETRY_AFTER_TO_SECONDS = 20;

  @Override
  protected final void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (!request.getMethod().equals("GET") && !isHead(request)) {
      response.setHeader("Allow", "GET, HEAD");
      Problem.of(405, "only GET and HEAD are allowed here").write(response);
      return;
    }
    try {
      stream(request, response);
    } catch (AccessException e) {
      e.problem().write(response);
    } catch (InvalidFlagException e) {
      Problem.of(e).write(response);
    }
  }

  /** Returns whether only the head of the answer is wanted. */
  static boolean isHead(HttpServletRequest request) {
    return request.getMethod().equals("HEAD");
  }

  /**
   * Starts a stream, or answers why not.
   *
   * @throws AccessException if the reader is not let in
   * @throws InvalidFlagException if something is wrong with the request
   */
  abstract void stream(HttpServletRequest request, HttpServletResponse response) throws IOException;

  /** Answers that there is no place for one more. */
  static void turnAway(HttpServletResponse response) throws IOException {
    int retryAfter =
        ThreadLocalRandom.current().nextInt(RETRY_AFTER_FROM_SECONDS, RETRY_AFTER_TO_SECONDS + 1);
    response.setHeader("Retry-After", Integer.toString(retryAfter));
    Problem.of(503, "too many streams are open; try again later").write(response);
  }

  /** Says what is going to come. */
  static void announce(HttpServletResponse response) {
    response.setContentType("text/event-stream");
    response.setHeader("Cache-Control", "no-cache");
    // nginx would otherwise hold events back until its buffer is full.
    response.setHeader("X-Accel-Buffering", "no");
  }
}
