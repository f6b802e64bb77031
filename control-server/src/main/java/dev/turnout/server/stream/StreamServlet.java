package dev.turnout.server.stream;

import dev.turnout.client.codec.SnapshotDelta;
import dev.turnout.flags.Host;
import dev.turnout.server.auth.Access;
import dev.turnout.server.auth.Right;
import dev.turnout.server.auth.Token;
import dev.turnout.server.fleet.Hosts;
import dev.turnout.server.problem.Problem;
import dev.turnout.server.tls.AgentCertificates;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code GET /agent/v1/stream}. */
public final class StreamServlet extends EventServlet {
  /** Where this servlet answers. */
  public static final String PATH = "/agent/v1/stream";

  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(StreamServlet.class);

  private final transient Access access;
  private final transient AgentCertificates certificates;
  private final transient Streams streams;

  /** Serves {@code streams} to whom {@code access} and {@code certificates} let in. */
  public StreamServlet(Access access, AgentCertificates certificates, Streams streams) {
    this.access = access;
    this.certificates = certificates;
    this.streams = streams;
  }

  @Override
  void stream(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String authorization = request.getHeader("Authorization");
    Token token = access.check(authorization, Right.AGENT, request.getRemoteAddr());
    Problem noCertificate = certificates.check(request);
    if (noCertificate != null) {
      noCertificate.write(response);
      return;
    }
    Host host =
        Hosts.check(
            request.getParameter("service"),
            request.getParameter("instance"),
            request.getParameter("region"));
    token.requireService(host.service());
    if (isHead(request)) {
      announce(response);
      // Now, or the container would say that an endless stream has no bytes.
      response.flushBuffer();
      return;
    }
    if (!streams.takePlace()) {
      log.warn("A stream was refused: {} are open, the most allowed", streams.size());
      turnAway(response);
      return;
    }
    announce(response);
    response.setHeader("Vary", "Accept-Encoding");
    boolean compressed = Compression.isAccepted(request.getHeader("Accept-Encoding"));
    if (compressed) {
      response.setHeader("Content-Encoding", "gzip");
    }
    boolean deltas = "1".equals(request.getParameter(SnapshotDelta.PARAMETER));
    AsyncContext context = request.startAsync();
    String lastEventId = request.getHeader("Last-Event-ID");
    streams.open(
        context,
        response.getOutputStream(),
        host,
        access.validity(authorization),
        lastEventId,
        new Connection.Form(compressed, deltas));
  }
}
