package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.turnout.client.ControlClient;
import dev.turnout.client.Timing;
import dev.turnout.client.signing.Trust;
import dev.turnout.client.tls.ClientTls;
import dev.turnout.client.tls.TlsStores;
import dev.turnout.flags.Host;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.ControlServer.Settings;
import dev.turnout.server.tls.TlsFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server by its certificate, and agents by theirs. */
final class TlsTest {
  @TempDir Path data;
  @TempDir Path pem;
  private final List<String> warnings = new CopyOnWriteArrayList<>();
  private Certificates certificates;
  private @Nullable ControlServer server;

  @BeforeEach
  void certificates() {
    certificates = new Certificates(pem);
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private ControlServer start(@Nullable Path clientAuthority) throws StartException {
    return start(clientAuthority, 0);
  }

  private ControlServer start(@Nullable Path clientAuthority, int port) throws StartException {
    ControlServer started =
        ControlServer.start(
            new Settings(Settings.LOOPBACK, port, data, "default")
                .over(
                    new TlsFiles(
                        certificates.certificate("server"),
                        certificates.key("server"),
                        clientAuthority)));
    server = started;
    return started;
  }

  private int status(ControlServer asked, String path, String tokenFile, ClientTls tls)
      throws IOException {
    HttpsURLConnection connection =
        (HttpsURLConnection) URI.create(asked.url() + path).toURL().openConnection();
    connection.setSSLSocketFactory(tls.sockets().factory());
    connection.setRequestProperty("Authorization", "Bearer " + token(tokenFile));
    return connection.getResponseCode();
  }

  private String token(String file) throws IOException {
    return Files.readString(data.resolve(file)).strip();
  }

  private ClientTls trusting(String name) {
    return new ClientTls(certificates.certificate(name).toString(), null, null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"RSA", "EC"})
  void certificate_isServed_andThoseWhoDoNotTrustItStayAway(String algorithm) throws Exception {
    certificates.make("server", algorithm);
    certificates.make("other", algorithm);

    ControlServer started = start(null);

    assertThat(started.url()).startsWith("https://127.0.0.1:");
    assertThat(status(started, "/status.json", "admin.token", trusting("server"))).isEqualTo(200);
    assertThatThrownBy(() -> status(started, "/health", "admin.token", trusting("other")))
        .isInstanceOf(SSLException.class);
    assertThatThrownBy(() -> status(started, "/health", "admin.token", ClientTls.DEFAULT))
        .isInstanceOf(SSLException.class);
    URI clear = URI.create(started.url().replace("https", "http") + "/health");
    assertThatThrownBy(() -> ((HttpURLConnection) clear.toURL().openConnection()).getResponseCode())
        .isInstanceOf(IOException.class);
  }

  @Test
  void reload_holdsForNewConnections_andLeavesOpenOnesAlone() throws Exception {
    certificates.make("server", "EC");
    ControlServer started = start(null);
    ClientTls first =
        new ClientTls(Files.readString(certificates.certificate("server")), null, null);
    try (SSLSocket open =
        (SSLSocket) first.sockets().factory().createSocket("127.0.0.1", started.port())) {
      assertThat(health(open)).contains("200");

      // The certificate before its key, so for a moment the two do not fit.
      certificates.make("server", "RSA");

      await()
          .ignoreExceptionsInstanceOf(SSLException.class)
          .until(() -> status(started, "/health", "admin.token", trusting("server")) == 200);
      assertThatThrownBy(() -> status(started, "/health", "admin.token", first))
          .isInstanceOf(SSLException.class);
      assertThat(health(open)).contains("200");
    }
  }

  @Test
  void reload_ofFilesThatCannotBeUsed_keepsTheCertificate() throws Exception {
    certificates.make("server", "EC");
    ControlServer started = start(null);
    ClientTls trust =
        new ClientTls(Files.readString(certificates.certificate("server")), null, null);
    Files.writeString(certificates.key("server"), "nonsense");

    await()
        .during(Duration.ofSeconds(3))
        .atMost(Duration.ofSeconds(10))
        .until(() -> status(started, "/health", "admin.token", trust) == 200);

    certificates.make("server", "EC");
    await()
        .ignoreExceptionsInstanceOf(SSLException.class)
        .until(() -> status(started, "/health", "admin.token", trusting("server")) == 200);
  }

  private static String health(SSLSocket socket) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write("GET /health HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    out.flush();
    InputStream in = socket.getInputStream();
    StringBuilder answer = new StringBuilder();
    while (!answer.toString().contains("\"up\"}")) {
      int read = in.read();
      assertThat(read).as("still open after %s", answer).isNotNegative();
      answer.append((char) read);
    }
    return answer.toString();
  }

  @Test
  void agents_needACertificateWhereTheirAuthorityIsKnown_peopleDoNot() throws Exception {
    certificates.make("server", "EC");
    certificates.make("agent", "RSA");
    certificates.make("stranger", "EC");
    ControlServer started = start(certificates.certificate("agent"));
    String snapshot = "/agent/v1/snapshot?service=game";

    assertThat(status(started, "/status.json", "admin.token", trusting("server"))).isEqualTo(200);
    assertThat(status(started, snapshot, "agent.token", trusting("server"))).isEqualTo(403);
    assertThat(
            status(
                started,
                "/agent/v1/stream?service=game&instance=g",
                "agent.token",
                trusting("server")))
        .isEqualTo(403);
    assertThat(status(started, snapshot, "agent.token", as("agent"))).isEqualTo(200);
    // A client keeps to itself what the server would not believe.
    assertThat(status(started, snapshot, "agent.token", as("stranger"))).isEqualTo(403);
  }

  @Test
  void certificateOfNobodyKnown_stopsNoPerson_andNoAgentComesInByIt() throws Exception {
    certificates.make("server", "EC");
    certificates.make("agent", "RSA");
    certificates.make("stranger", "EC");
    ControlServer started = start(certificates.certificate("agent"));
    String snapshot = "/agent/v1/snapshot?service=game";

    for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
      assertThat(statusShowing("stranger", protocol, started, "/status.json", "admin.token"))
          .isEqualTo(200);
      assertThat(statusShowing("stranger", protocol, started, snapshot, "agent.token"))
          .isEqualTo(403);
      assertThat(statusShowing("agent", protocol, started, snapshot, "agent.token")).isEqualTo(200);
    }
  }

  // Shows the certificate whatever authorities the server names, as curl does.
  private int statusShowing(
      String name, String protocol, ControlServer asked, String path, String tokenFile)
      throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(
        TlsStores.key(certificates.certificate(name), certificates.key(name)),
        TlsStores.password().toCharArray());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(TlsStores.authorities(certificates.certificate("server")));
    X509KeyManager found = (X509KeyManager) keys.getKeyManagers()[0];
    SSLContext context = SSLContext.getInstance(protocol);
    context.init(new KeyManager[] {new Shown(found)}, trust.getTrustManagers(), null);
    HttpsURLConnection connection =
        (HttpsURLConnection) URI.create(asked.url() + path).toURL().openConnection();
    connection.setSSLSocketFactory(context.getSocketFactory());
    connection.setRequestProperty("Authorization", "Bearer " + token(tokenFile));
    return connection.getResponseCode();
  }

  private static final class Shown implements X509KeyManager {
    private final X509KeyManager keys;
    private final String alias;

    Shown(X509KeyManager keys) {
      this.keys = keys;
      alias =
          Stream.of("EC", "RSA")
              .map(type -> keys.getClientAliases(type, null))
              .filter(Objects::nonNull)
              .findFirst()
              .orElseThrow()[0];
    }

    @Override
    public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
      String own = keys.getPrivateKey(alias).getAlgorithm();
      return Arrays.stream(types).anyMatch(type -> type.startsWith(own)) ? alias : null;
    }

    @Override
    public String[] getClientAliases(String type, Principal[] issuers) {
      return new String[] {alias};
    }

    @Override
    public X509Certificate[] getCertificateChain(String name) {
      return keys.getCertificateChain(name);
    }

    @Override
    public PrivateKey getPrivateKey(String name) {
      return keys.getPrivateKey(name);
    }

    @Override
    public String[] getServerAliases(String type, Principal[] issuers) {
      return new String[0];
    }

    @Override
    public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
      return alias;
    }
  }

  private ClientTls as(String name) {
    return new ClientTls(
        certificates.certificate("server").toString(),
        certificates.certificate(name),
        certificates.key(name));
  }

  @Test
  void agent_followsTheStream_andOneThatDoesNotTrustTheServerSaysSo() throws Exception {
    certificates.make("server", "EC");
    certificates.make("agent", "EC");
    ControlServer started = start(certificates.certificate("agent"));

    try (ControlClient client = client(started, as("agent"))) {
      await().until(() -> client.snapshot().env().equals("default"));
      assertThat(warnings).isEmpty();
    }
    try (ControlClient client = client(started, trusting("agent"))) {
      await().until(() -> !warnings.isEmpty());
      assertThat(warnings.get(0)).contains("SSLHandshakeException");
      assertThat(client.snapshot()).isEqualTo(Snapshot.EMPTY);
    }
  }

  @Test
  void agent_whoseAuthorityFileIsMissing_namesIt_andGoesOnWhenItIsThere() throws Exception {
    certificates.make("server", "EC");
    ControlServer started = start(null);
    Path later = pem.resolve("later.crt");

    try (ControlClient client = client(started, new ClientTls(later.toString(), null, null))) {
      await().until(() -> !warnings.isEmpty());
      assertThat(warnings.get(0)).contains(later + " does not exist");
      Files.copy(certificates.certificate("server"), later);
      await().until(() -> client.snapshot().env().equals("default"));
    }
  }

  @Test
  void agent_whoseCertificateIsReplaced_isLetInByTheNewOne() throws Exception {
    certificates.make("server", "EC");
    certificates.make("agent", "EC");
    certificates.make("next", "EC");
    ControlServer started = start(certificates.certificate("next"));

    try (ControlClient client = client(started, as("agent"))) {
      await().until(() -> client.link().problem().contains("answered 403"));
      replace(certificates.key("agent"), certificates.key("next"));
      replace(certificates.certificate("agent"), certificates.certificate("next"));

      await().until(() -> client.snapshot().env().equals("default"));
      await().until(() -> client.link().connected());
    }
  }

  private static void replace(Path file, Path by) throws IOException {
    Files.copy(by, file, StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void agent_whoseAuthorityFileIsReplaced_trustsTheNewOne() throws Exception {
    certificates.make("server", "EC");
    certificates.make("ca", "EC");
    ControlServer started = start(null);

    try (ControlClient client = client(started, trusting("ca"))) {
      await().until(() -> client.link().problem().contains("SSLHandshakeException"));
      replace(certificates.certificate("ca"), certificates.certificate("server"));

      await().until(() -> client.link().connected());
    }
  }

  @Test
  void agent_whoseFilesAreHalfWritten_keepsToWhatItRead_andSaysSo() throws Exception {
    certificates.make("server", "EC");
    certificates.make("agent", "EC");
    ControlServer started = start(certificates.certificate("agent"));

    int port = started.port();

    try (ControlClient client = client(started, as("agent"))) {
      await().until(() -> client.link().connected());
      Files.writeString(certificates.key("agent"), "-----BEGIN PRIVATE KEY-----\nAAAA");
      started.close();
      await().until(() -> !client.link().connected());
      start(certificates.certificate("agent"), port);

      await().until(() -> client.link().connected());
      assertThat(warnings)
          .anyMatch(
              line ->
                  line.contains("what was read before stays in use")
                      && line.contains("agent.key cannot be used: it must hold"))
          .noneMatch(line -> line.contains("AAAA"));
    }
  }

  private ControlClient client(ControlServer asked, ClientTls tls) throws IOException {
    String token = token("agent.token");
    Duration soon = Duration.ofMillis(200);
    Duration patience = Duration.ofSeconds(20);
    Timing timing =
        new Timing(patience, soon, soon, soon, patience, patience, patience, patience, patience);
    ControlClient client =
        new ControlClient(
            new ControlClient.Settings(
                URI.create(asked.url()),
                () -> token,
                new Host("game", "g", ""),
                null,
                timing,
                Trust.ANY,
                tls),
            new ControlClient.Listener() {
              @Override
              public void snapshot(Snapshot snapshot) {}

              @Override
              public void warning(String text) {
                warnings.add(text);
              }
            });
    client.start();
    return client;
  }

  @Test
  void start_withAKeyOfAnotherCertificate_isRefusedInOneLine() throws Exception {
    certificates.make("server", "EC");
    Files.move(certificates.certificate("server"), pem.resolve("kept.crt"));
    certificates.make("server", "EC");
    Files.move(
        pem.resolve("kept.crt"),
        certificates.certificate("server"),
        StandardCopyOption.REPLACE_EXISTING);

    assertThatThrownBy(() -> start(null))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("the key is not that of the certificate");
  }

  @Test
  void start_withAKeyThatIsNone_saysWhatWouldBeRight() throws Exception {
    certificates.make("server", "EC");
    Files.writeString(certificates.key("server"), "-----BEGIN RSA PRIVATE KEY-----\nAAAA");

    assertThatThrownBy(() -> start(null))
        .hasMessageContaining("server.key cannot be used: it must hold one RSA or EC key in PEM")
        .hasMessageNotContaining("AAAA");
  }
}
