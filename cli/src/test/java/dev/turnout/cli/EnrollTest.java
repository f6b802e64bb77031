package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.client.signing.PinnedKeys;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** The file that an agent needs, and the keys in it, of a real server. */
final class EnrollTest extends ServedTest {
  EnrollTest() {
    super("staging");
  }

  private Properties written() throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(directory.resolve("turnout-agent.properties"))) {
      properties.load(reader);
    }
    return properties;
  }

  @Test
  void file_opensTheAgentsRoutes_forItsServiceOnly_andItsKeysVerify() throws Exception {
    CommandRun run = run("enroll", "--service", "game");

    assertThat(run.exitCode()).as(run.err()).isZero();
    Properties properties = written();
    assertThat(properties.stringPropertyNames())
        .containsExactlyInAnyOrder("server", "service", "environment", "token", "public-keys");
    assertThat(properties).containsEntry("environment", "staging").containsEntry("service", "game");
    String token = properties.getProperty("token");
    assertThat(run.out() + run.err()).doesNotContain(token);
    assertThat(Files.getPosixFilePermissions(directory.resolve("turnout-agent.properties")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    HttpResponse<String> snapshot = snapshot(properties.getProperty("server"), token, "game");
    assertThat(snapshot.statusCode()).isEqualTo(200);
    PinnedKeys.of(properties.getProperty("public-keys"))
        .check(
            snapshot.body().getBytes(StandardCharsets.UTF_8),
            snapshot.headers().firstValue("Turnout-Signature").orElseThrow());
    assertThat(properties.getProperty("public-keys").split(" ")).hasSize(2);
    assertThat(snapshot(server.url(), token, "other").statusCode()).isEqualTo(403);
  }

  private static HttpResponse<String> snapshot(String url, String token, String service)
      throws Exception {
    return send(
        token, HttpRequest.newBuilder(URI.create(url + "/agent/v1/snapshot?service=" + service)));
  }

  @Test
  void fileThatIsThere_staysUnlessForced_andNoTokenIsIssued() throws Exception {
    Files.writeString(directory.resolve("turnout-agent.properties"), "mine");

    CommandRun run = run("enroll", "--service", "game");

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("--force replaces it");
    assertThat(run("token", "list").out()).doesNotContain("game");
    assertThat(
            run("enroll", "--service", "game", "--force", "--server", "https://control").exitCode())
        .isZero();
    assertThat(written()).containsEntry("server", "https://control");
  }

  @Test
  void wrongWords_areWrongUsage() {
    assertThat(run("enroll").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run("enroll", "--service", "a b").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run("enroll", "--service", "a", "--server", "control").err())
        .contains("not the address of a server: control");
    assertThat(run("enroll", "--service", "a", "--out", "none/x").err()).contains("cannot write");
  }

  @Test
  void keys_areListed_andMade() throws Exception {
    assertThat(run("key", "list").out()).contains("active").contains("next");

    CommandRun created = run("key", "create", "new.key");

    assertThat(created.out()).startsWith("MCowBQYDK2VwAyEA");
    assertThat(Files.readString(directory.resolve("new.key"))).contains(created.out().strip());
    CommandRun again = run("key", "create", "new.key");
    assertThat(again.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(again.err()).contains("is there already");
  }

  @Test
  void authority_thatIsNone_isNamed_beforeATokenIsIssued() throws Exception {
    Path file = Files.writeString(directory.resolve("ca.pem"), "nonsense");

    CommandRun run = run("enroll", "--service", "game", "--ca-file", "ca.pem");

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains(file + ": it must hold a certificate in PEM");
    assertThat(run("token", "list").out()).doesNotContain("game");
  }
}
