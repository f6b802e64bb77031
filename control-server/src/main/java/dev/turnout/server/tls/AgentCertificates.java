package dev.turnout.server.tls;

import dev.turnout.server.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Asks agents for a certificate, where the server was told who vouches for them. People and their
 * tools need none: a kill must not wait for one.
 */
public final class AgentCertificates {
  /** Where no certificates are asked for. */
  public static final AgentCertificates NONE = new AgentCertificates(false);

  private static final String ATTRIBUTE = "jakarta.servlet.request.X509Certificate";

  private final boolean required;

  /** Asks for certificates, or lets everybody pass. */
  public AgentCertificates(boolean required) {
    this.required = required;
  }

  /**
   * Returns what is wrong with a request of an agent's; null if nothing is. That a certificate is
   * vouched for was settled when the connection was made.
   */
  public @Nullable Problem check(HttpServletRequest request) {
    return required && request.getAttribute(ATTRIBUTE) == null
        ? Problem.of(403, "agents need a client certificate here (client-cert, client-key)")
        : null;
  }
}
