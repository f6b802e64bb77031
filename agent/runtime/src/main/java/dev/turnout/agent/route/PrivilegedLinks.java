package dev.turnout.agent.route;

import dev.turnout.bootstrap.GateLinker;
import dev.turnout.bootstrap.GateSite;
import java.lang.invoke.MethodHandles;
import java.security.AccessController;
import java.security.PrivilegedAction;

/**
 * Links gates as one who may do what the agent may: where a security manager is in force, whoever
 * happens to make a gate's first call need not be allowed that. Safe for many threads.
 */
@SuppressWarnings("removal") // of all that this JDK may still have of security managers
public final class PrivilegedLinks implements GateLinker.Backend {
  private final GateLinker.Backend gates;

  /** Creates it. */
  public PrivilegedLinks(GateLinker.Backend gates) {
    this.gates = gates;
  }

  @Override
  public GateSite link(
      MethodHandles.Lookup owner,
      String flag,
      String method,
      String keyPath,
      String keyAttribute,
      int mode,
      String ignored,
      String variants,
      String neighbours) {
    if (System.getSecurityManager() == null) {
      return gates.link(
          owner, flag, method, keyPath, keyAttribute, mode, ignored, variants, neighbours);
    }
    PrivilegedAction<GateSite> link =
        () ->
            gates.link(
                owner, flag, method, keyPath, keyAttribute, mode, ignored, variants, neighbours);
    return AccessController.doPrivileged(link);
  }

  @Override
  public void unlinked(MethodHandles.Lookup owner, String flag, String method, Throwable failure) {
    if (System.getSecurityManager() == null) {
      gates.unlinked(owner, flag, method, failure);
      return;
    }
    PrivilegedAction<String> tell =
        () -> {
          gates.unlinked(owner, flag, method, failure);
          return flag;
        };
    String unused = AccessController.doPrivileged(tell);
  }
}
