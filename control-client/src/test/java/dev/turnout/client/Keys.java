package dev.turnout.client;

import dev.turnout.client.signing.Ed25519;
import dev.turnout.client.signing.SnapshotSignature;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;

/** A key pair of a server's. */
final class Keys {
  private final KeyPair pair;

  Keys() throws GeneralSecurityException {
    pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
  }

  String id() throws GeneralSecurityException {
    return Ed25519.id(pair.getPublic());
  }

  String pin() {
    return Ed25519.base64(pair.getPublic());
  }

  String sign(byte[] document) {
    try {
      return SnapshotSignature.of(id(), Ed25519.sign(document, pair.getPrivate())).toString();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
