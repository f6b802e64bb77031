package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Certificates that vouch for themselves, made by the JDK's keytool, as PEM files. */
final class Certificates {
  private static final char[] PASSWORD = "changeit".toCharArray();

  // To make one takes longer than most tests: what one test had, another has again.
  private static final Map<String, KeyStore> MADE = new ConcurrentHashMap<>();

  private final Path directory;
  private int made;

  Certificates(Path directory) {
    this.directory = directory;
  }

  /**
   * Makes {@code NAME.crt} and {@code NAME.key} for the loopback address, replacing old ones; those
   * of one directory are all different.
   */
  void make(String name, String algorithm) throws Exception {
    String which = name + " " + algorithm + " " + made++;
    KeyStore keys = MADE.get(which);
    if (keys == null) {
      keys = made(name, algorithm);
      MADE.put(which, keys);
    }
    Certificate certificate = keys.getCertificate("a");
    Key key = keys.getKey("a", PASSWORD);
    write(name + ".crt", "CERTIFICATE", certificate.getEncoded());
    write(name + ".key", "PRIVATE KEY", key.getEncoded());
  }

  private KeyStore made(String name, String algorithm) throws Exception {
    Path store = directory.resolve(name + ".p12");
    Files.deleteIfExists(store);
    keytool(
        "-genkeypair",
        "-keyalg",
        algorithm,
        "-keysize",
        algorithm.equals("RSA") ? "2048" : "256",
        "-alias",
        "a",
        "-dname",
        "CN=" + name,
        "-ext",
        "san=ip:127.0.0.1",
        "-ext",
        "bc=ca:true",
        "-validity",
        "30",
        "-storetype",
        "PKCS12",
        "-keystore",
        store.toString(),
        "-storepass",
        new String(PASSWORD));
    return KeyStore.getInstance(store.toFile(), PASSWORD);
  }

  private void write(String file, String label, byte[] bytes) throws IOException {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    Files.writeString(
        directory.resolve(file),
        "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n");
  }

  private static void keytool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(Arrays.asList(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  Path certificate(String name) {
    return directory.resolve(name + ".crt");
  }

  Path key(String name) {
    return directory.resolve(name + ".key");
  }
}
