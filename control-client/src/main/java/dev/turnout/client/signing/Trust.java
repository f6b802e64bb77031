package dev.turnout.client.signing;

import org.jspecify.annotations.Nullable;

/**
 * Whose snapshots an agent takes. Immutable.
 *
 * @param keys what they must be signed with; null if they need not be
 * @param environment the environment that they must be of; empty for any
 */
public record Trust(@Nullable PinnedKeys keys, String environment) {
  /** Whatever the server sends. */
  public static final Trust ANY = new Trust(null, "");

  /**
   * Checks a document before a word of it is read.
   *
   * @throws UntrustedException saying why it is not to be trusted
   */
  public void checkSignature(byte[] document, @Nullable String signature)
      throws UntrustedException {
    if (keys != null) {
      keys.check(document, signature);
    }
  }

  /**
   * Checks which environment a document is of.
   *
   * @throws UntrustedException if it is not the one that was asked for
   */
  public void checkEnvironment(String env) throws UntrustedException {
    if (!environment.isEmpty() && !environment.equals(env)) {
      throw new UntrustedException(
          "it is of the environment \"" + env + "\", this agent's is \"" + environment + "\"");
    }
  }
}
