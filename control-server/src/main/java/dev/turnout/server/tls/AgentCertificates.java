package dev.turnout.server.tls;

import dev.turnout.server.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLSession;
import org.eclipse.jetty.io.EndPoint.SslSessionData;
import org.jspecify.annotations.Nullable;

/**
 * Asks agents for a certificate, where the server was told who vouches for them. People and their
 * tools need none, and may send any: a kill must not wait for the right one.
 */
public final class AgentCertificates {
  private static final String CERTIFICATES = "jakarta.servlet.request.X509Certificate";
  private static final String VOUCHED_FOR = "turnout.vouched-for";

  private final @Nullable ServerTls tls;

  /**
   * Asks for certificates as {@code tls} is set.
   *
   * @param tls null for connections in the clear
   */
  public AgentCertificates(@Nullable ServerTls tls) {
    this.tls = tls;
  }

  /** Returns what is wrong with a request of an agent's; null if nothing is. */
  public @Nullable Problem check(HttpServletRequest request) {
    if (tls == null || !tls.asksAgents()) {
      return null;
    }
    if (!(request.getAttribute(CERTIFICATES) instanceof X509Certificate[] chain)) {
      return Problem.of(403, "agents need a client certificate here (client-cert, client-key)");
    }
    return isVouchedFor(tls, request, chain)
        ? null
        : Problem.of(
            403, "no authority that this server trusts vouches for the agent's certificate");
  }

  // Once for a session, as it would be if the connection depended on it.
  private static boolean isVouchedFor(
      ServerTls tls, HttpServletRequest request, X509Certificate[] chain) {
    if (!(request.getAttribute(SslSessionData.ATTRIBUTE) instanceof SslSessionData data)) {
      return tls.vouchFor(chain);
    }
    SSLSession session = data.sslSession();
    if (session.getValue(VOUCHED_FOR) instanceof Boolean known) {
      return known;
    }
    boolean vouchedFor = tls.vouchFor(chain);
    session.putValue(VOUCHED_FOR, vouchedFor);
    return vouchedFor;
  }
}
