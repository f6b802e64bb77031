package dev.turnout.client.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/** Key stores in memory out of PEM files, each problem told by the file's name. */
public final class TlsStores {
  // Nobody but this JVM ever sees the stores; the interface wants one.
  private static final String PASSWORD = "in-memory";

  private TlsStores() {}

  /** Where the content of files comes from. */
  public interface Source {
    /** Returns what a file holds. */
    byte[] read(Path file) throws IOException;
  }

  /** What the keys in {@link #key} are protected with. */
  public static String password() {
    return PASSWORD;
  }

  /**
   * Reads a private key and its certificate.
   *
   * @param certificate the key's certificate first, then those that lead to the authority's
   * @throws IOException saying in one line what cannot be used and what would be right
   */
  public static KeyStore key(Path certificate, Path key) throws IOException {
    return key(certificate, key, Files::readAllBytes);
  }

  static KeyStore key(Path certificate, Path key, Source source) throws IOException {
    List<X509Certificate> chain = read(certificate, source, Pem::certificates);
    PrivateKey privateKey = read(key, source, Pem::privateKey);
    try {
      return Pem.keyStore(privateKey, chain, PASSWORD.toCharArray());
    } catch (GeneralSecurityException e) {
      throw new IOException(certificate + " and " + key + " cannot be used: " + e.getMessage(), e);
    }
  }

  /**
   * Reads the certificates of the authorities that are trusted.
   *
   * @throws IOException saying in one line what cannot be used and what would be right
   */
  public static KeyStore authorities(Path file) throws IOException {
    return authorities(file, Files::readAllBytes);
  }

  static KeyStore authorities(Path file, Source source) throws IOException {
    return read(file, source, TlsStores::authorities);
  }

  /**
   * Reads the certificates of the authorities that are trusted.
   *
   * @param pem as text
   */
  public static KeyStore authorities(String pem) throws GeneralSecurityException {
    return Pem.trustStore(Pem.certificates(pem));
  }

  /** Says in one line why a file cannot be read. */
  public static IOException unreadable(Path file, IOException cause) {
    return new IOException(
        cause instanceof NoSuchFileException
            ? file + " does not exist"
            : file + " cannot be read: " + cause,
        cause);
  }

  private interface Reading<T> {
    T of(String text) throws GeneralSecurityException;
  }

  private static <T> T read(Path file, Source source, Reading<T> reading) throws IOException {
    try {
      return reading.of(new String(source.read(file), ISO_8859_1));
    } catch (IOException e) {
      throw unreadable(file, e);
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " cannot be used: " + e.getMessage(), e);
    }
  }
}
