package dev.turnout.server.web;

import dev.turnout.server.auth.Right;
import dev.turnout.server.problem.Problem;
import io.javalin.http.Context;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.server.Request;

/**
 * Divides the threads that answer requests, so that those who stop and edit flags always find one:
 * requests of agents and requests that only read have a share each, and whatever they wait for, a
 * slow body or a slow reader, they do not get at the rest.
 */
final class Lanes {
  /** The most threads that answer requests. */
  static final int THREADS = 250;

  private static final int SHARE = 100;
  private static final String RETRY_AFTER_SECONDS = "2";

  private final Map<Right, Semaphore> places =
      new EnumMap<>(Map.of(Right.AGENT, new Semaphore(SHARE), Right.READ, new Semaphore(SHARE)));

  /**
   * Takes a place until the request is answered to its last byte.
   *
   * @throws ProblemException if there is none
   */
  void enter(Context context, Right right) {
    Semaphore lane = places.get(right);
    if (lane == null) {
      return;
    }
    if (!lane.tryAcquire()) {
      context.header("Retry-After", RETRY_AFTER_SECONDS);
      // The protocol knows this status for it, and its clients then wait as long as they are told.
      int status = OfrepRoutes.owns(context) ? 429 : 503;
      throw new ProblemException(
          Problem.of(status, "too many requests of this kind at a time; try again later"));
    }
    Request.addCompletionListener(
        ServletContextRequest.getServletContextRequest(context.req()), failure -> lane.release());
  }
}
