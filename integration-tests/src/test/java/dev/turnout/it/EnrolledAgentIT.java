package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An https server with a certificate of its own, the command, and the packed agent. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EnrolledAgentIT {
  private Path directory;
  private BuiltServer server;
  private String authority;
  private GatedApp shop;

  static List<Path> jdks() {
    return Jdks.all();
  }

  @BeforeAll
  void start(@TempDir Path build) throws Exception {
    directory = build;
    LoopbackCertificate certificate = LoopbackCertificate.make(directory);
    authority = certificate.certificate().toString();
    server =
        BuiltServer.start(
            directory,
            "--env",
            "staging",
            "--tls-cert",
            authority,
            "--tls-key",
            certificate.key().toString());
    shop = GatedApp.compile(directory, "Shop");
    server.done("enroll", "--service", "shop", "--out", "agent.properties", "--ca-file", authority);
  }

  @AfterAll
  void stop() throws Exception {
    server.close();
  }

  private String agent(Path state, String more) {
    return GatedApp.agent(
        "config=" + directory.resolve("agent.properties") + ",state-directory=" + state + more);
  }

  @Test
  void command_talksToWhomTheFileVouchesFor_andToNobodyElse() throws Exception {
    assertThat(server.done("status", "--ca-file", authority)).contains("staging");

    Run run = server.run("status");

    assertThat(run.exit()).isNotZero();
    assertThat(run.err())
        .contains("nobody who is trusted here vouches for its certificate; --ca-file");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void agentWithTheFileAlone_followsTheFlags(Path jdk, @TempDir Path state) throws Exception {
    server.done("set", "checkout", "percentage=100", "--ca-file", authority);
    try (LiveApp app =
        LiveApp.start(jdk, directory, List.of(agent(state, "")), "until=new", "until=old")) {
      assertThat(app.line()).as(app.err()).isEqualTo("answer new");
      server.done("kill", "checkout", "--ca-file", authority);
      assertThat(app.line()).as(app.err()).isEqualTo("answer old");
      app.end();
    }
    server.done("reset", "checkout", "--ca-file", authority);
  }

  @Test
  void agentThatPinsAnotherKey_takesNothing_andSaysWhy(@TempDir Path state) throws Exception {
    server.done("set", "checkout", "percentage=100", "--ca-file", authority);
    Run made =
        Run.of(
            Built.TURNOUT,
            directory,
            Map.of("JAVA_HOME", System.getProperty("java.home")),
            List.of("key", "create", "other.key"));
    assertThat(made.exit()).as(made.err()).isZero();

    Run run =
        shop.run(
            Path.of(System.getProperty("java.home")),
            List.of(agent(state, ",public-keys=" + made.out().strip())),
            "call",
            "linger=2500",
            "call");

    assertThat(run.out()).as(run.err()).isEqualTo("answer old\nanswer old\n");
    assertThat(run.err()).contains("is refused").contains("it is signed with the key");
  }
}
