package dev.turnout.client.signing;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchProviderException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;

/** The algorithm, and how its public keys are named and written. */
public final class Ed25519 {
  /** The algorithm's name, in the JDK and in a {@link SnapshotSignature}. */
  public static final String NAME = "Ed25519";

  // By name, so that a provider that the application puts first is not asked on our threads.
  private static final String PROVIDER = "SunEC";
  private static final int ID_BYTES = 8;

  private Ed25519() {}

  /** Signs a document. */
  public static byte[] sign(byte[] document, PrivateKey key) throws GeneralSecurityException {
    Signature signature = signature();
    signature.initSign(key);
    signature.update(document);
    return signature.sign();
  }

  /** Returns whether the document was signed with the private part of the key. */
  public static boolean verify(byte[] document, byte[] signed, PublicKey key)
      throws GeneralSecurityException {
    Signature signature = signature();
    signature.initVerify(key);
    signature.update(document);
    return signature.verify(signed);
  }

  private static Signature signature() throws GeneralSecurityException {
    try {
      return Signature.getInstance(NAME, PROVIDER);
    } catch (NoSuchProviderException e) {
      // A JVM of another make.
      return Signature.getInstance(NAME);
    }
  }

  /** The factory of keys. */
  public static KeyFactory keys() throws GeneralSecurityException {
    try {
      return KeyFactory.getInstance(NAME, PROVIDER);
    } catch (NoSuchProviderException e) {
      return KeyFactory.getInstance(NAME);
    }
  }

  /**
   * Reads a public key.
   *
   * @param base64 its X.509 form ({@code SubjectPublicKeyInfo}, 44 bytes)
   * @throws GeneralSecurityException if it is none
   */
  public static PublicKey publicKey(String base64) throws GeneralSecurityException {
    byte[] encoded;
    try {
      encoded = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new GeneralSecurityException("it is no Base64", e);
    }
    return keys().generatePublic(new X509EncodedKeySpec(encoded));
  }

  /** Writes a public key as {@link #publicKey} reads it. */
  public static String base64(PublicKey key) {
    return Base64.getEncoder().encodeToString(key.getEncoded());
  }

  /** What a key is called: the first 8 bytes of the SHA-256 of its X.509 form, in hexadecimal. */
  public static String id(PublicKey key) throws GeneralSecurityException {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
    return HexFormat.of().formatHex(digest, 0, ID_BYTES);
  }
}
