package dev.turnout.client.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PEM text, read and written. No message quotes what was read. */
public final class Pem {
  private static final int LINE = 64;
  private static final byte[] PROBE = {1, 2, 3};

  private Pem() {}

  /**
   * Returns what the blocks of a kind hold, in their order; none if there is no such block.
   *
   * @param label such as {@code CERTIFICATE}
   * @throws GeneralSecurityException if what a block holds is no Base64
   */
  public static List<byte[]> blocks(String text, String label) throws GeneralSecurityException {
    Matcher matcher =
        Pattern.compile(
                "-----BEGIN " + label + "-----([A-Za-z0-9+/=\\s]+)-----END " + label + "-----")
            .matcher(text);
    List<byte[]> blocks = new ArrayList<>();
    while (matcher.find()) {
      try {
        blocks.add(Base64.getMimeDecoder().decode(matcher.group(1)));
      } catch (IllegalArgumentException e) {
        throw new GeneralSecurityException("its " + label + " is no Base64", e);
      }
    }
    return blocks;
  }

  /** Writes a block, with a line feed at its end. */
  public static String text(String label, byte[] content) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(content)
        + "\n-----END "
        + label
        + "-----\n";
  }

  /**
   * Reads certificates.
   *
   * @return at least one, in their order
   * @throws GeneralSecurityException saying what is wrong and what would be right
   */
  public static List<X509Certificate> certificates(String text) throws GeneralSecurityException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> certificates = new ArrayList<>();
    for (byte[] block : blocks(text, "CERTIFICATE")) {
      certificates.add(
          (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block)));
    }
    if (certificates.isEmpty()) {
      throw new GeneralSecurityException("it must hold a certificate in PEM (BEGIN CERTIFICATE)");
    }
    return certificates;
  }

  /**
   * Reads a private key, RSA or EC.
   *
   * @throws GeneralSecurityException saying what is wrong and what would be right
   */
  public static PrivateKey privateKey(String text) throws GeneralSecurityException {
    List<byte[]> blocks = blocks(text, "PRIVATE KEY");
    if (blocks.size() == 1) {
      for (String algorithm : List.of("RSA", "EC")) {
        try {
          return KeyFactory.getInstance(algorithm)
              .generatePrivate(new PKCS8EncodedKeySpec(blocks.get(0)));
        } catch (InvalidKeySpecException e) {
          // It may be of the other kind.
          continue;
        }
      }
    }
    throw new GeneralSecurityException(
        "it must hold one RSA or EC key in PEM as PKCS#8 without a password (BEGIN PRIVATE KEY);"
            + " 'openssl pkcs8 -topk8 -nocrypt' makes one of other forms");
  }

  /**
   * Puts a key and its certificate into a store.
   *
   * @param chain the key's certificate first
   * @throws GeneralSecurityException if the certificate is another key's
   */
  static KeyStore keyStore(PrivateKey key, List<X509Certificate> chain, char[] password)
      throws GeneralSecurityException {
    checkPair(key, chain.get(0));
    KeyStore store = emptyStore();
    store.setKeyEntry("turnout", key, password, chain.toArray(X509Certificate[]::new));
    return store;
  }

  /** Puts certificates of authorities into a store. */
  static KeyStore trustStore(List<X509Certificate> authorities) throws GeneralSecurityException {
    KeyStore store = emptyStore();
    for (int i = 0; i < authorities.size(); i++) {
      store.setCertificateEntry("authority-" + i, authorities.get(i));
    }
    return store;
  }

  private static KeyStore emptyStore() throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try {
      store.load(null, null);
    } catch (IOException e) {
      throw new GeneralSecurityException("an empty key store cannot be made", e);
    }
    return store;
  }

  // Files that are replaced one after the other do not fit for a moment.
  private static void checkPair(PrivateKey key, X509Certificate certificate)
      throws GeneralSecurityException {
    boolean same = key.getAlgorithm().equals(certificate.getPublicKey().getAlgorithm());
    if (same) {
      Signature signature =
          Signature.getInstance(
              key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
      signature.initSign(key);
      signature.update(PROBE);
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(PROBE);
      same = signature.verify(signed);
    }
    if (!same) {
      throw new GeneralSecurityException("the key is not that of the certificate");
    }
  }
}
