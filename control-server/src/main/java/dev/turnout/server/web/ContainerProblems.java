package dev.turnout.server.web;

import dev.turnout.server.problem.Problem;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Tells what goes wrong before a route is reached, such as a path that is no path. The container
 * would answer some methods without a body.
 */
final class ContainerProblems extends ErrorHandler {
  // What the container makes of a request whose first line it cannot read.
  private static final String UNREADABLE = "/badMessage";

  @Override
  public boolean errorPageForMethod(String method) {
    return true;
  }

  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int code,
      @Nullable String message,
      @Nullable Throwable cause,
      Callback callback) {
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.CONTENT_TYPE);
    response.write(true, ByteBuffer.wrap(problem(request, code).json()), callback);
  }

  private static Problem problem(Request request, int code) {
    if (code != 400) {
      return Problem.of(code, code < 500 ? "the request is malformed" : "failed");
    }
    if (request.getHttpURI().hasViolations() || UNREADABLE.equals(request.getHttpURI().getPath())) {
      return new Problem(
          400, "path: must be percent-encoded UTF-8 without control characters", "path");
    }
    String query = request.getHttpURI().getQuery();
    return query == null
        ? Problem.of(400, "the request is malformed")
        : new Problem(400, "query: must be percent-encoded UTF-8", "query");
  }

  /** The same around servlets. */
  static final class OfServlets extends org.eclipse.jetty.ee10.servlet.ErrorHandler {
    private final ContainerProblems problems = new ContainerProblems();

    @Override
    public boolean errorPageForMethod(String method) {
      return true;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      return problems.handle(request, response, callback);
    }
  }
}
