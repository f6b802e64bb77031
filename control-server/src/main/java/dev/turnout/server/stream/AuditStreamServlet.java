package dev.turnout.server.stream;

import dev.turnout.flags.FlagName;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.server.auth.Access;
import dev.turnout.server.auth.Right;
import dev.turnout.server.auth.Token;
import dev.turnout.server.problem.Problem;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code GET /events}. */
public final class AuditStreamServlet extends EventServlet {
  /** Where this servlet answers. */
  public static final String PATH = "/events";

  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(AuditStreamServlet.class);
  private static final String LAST_EVENT_ID = "Last-Event-ID";
  private static final String AFTER = "after";

  private final transient Access access;
  private final transient AuditStreams streams;

  /** Serves {@code streams} to whom {@code access} lets in. */
  public AuditStreamServlet(Access access, AuditStreams streams) {
    this.access = access;
    this.streams = streams;
  }

  @Override
  void stream(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String authorization = request.getHeader("Authorization");
    Token token = access.check(authorization, Right.READ, request.getRemoteAddr());
    String flag = request.getParameter("flag");
    if (flag != null) {
      FlagName.check("flag", flag);
    }
    String field = request.getHeader(LAST_EVENT_ID) == null ? AFTER : LAST_EVENT_ID;
    Long after = place(request, field);
    if (!streams.takePlace()) {
      log.warn("A stream of events was refused: {} are open, the most allowed", streams.size());
      turnAway(response);
      return;
    }
    boolean opened = false;
    try {
      long end = streams.end();
      if (after != null && after > end) {
        Problem problem =
            new Problem(
                409,
                field
                    + ": the audit ends at "
                    + end
                    + ", so there is no "
                    + after
                    + " to go on from; if the store was restored, begin without it",
                field);
        problem.write(response);
        return;
      }
      announce(response);
      if (isHead(request)) {
        response.flushBuffer();
        return;
      }
      AsyncContext context = request.startAsync();
      streams.open(
          context,
          response.getOutputStream(),
          token.name(),
          after == null ? end : after,
          flag,
          access.validity(authorization));
      opened = true;
    } finally {
      if (!opened) {
        streams.givePlaceBack();
      }
    }
  }

  // Whoever reconnects repeats the address, and says in the header how far they got since.
  private static @Nullable Long place(HttpServletRequest request, String field) {
    String value =
        field.equals(AFTER) ? request.getParameter(AFTER) : request.getHeader(LAST_EVENT_ID);
    if (value == null) {
      return null;
    }
    if (!value.matches("\\d{1,18}")) {
      throw new InvalidFlagException(field, "must be the number of an entry of the audit, or 0");
    }
    return Long.parseLong(value);
  }
}
