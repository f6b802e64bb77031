package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The control server is killed, and the packed agent goes on without it. */
class ServerAwayIT {
  private static final Path JDK = Path.of(System.getProperty("java.home"));
  private static final String TRIPPING = "[{\"metric\":\"error_rate\",\"above\":5}]";

  @TempDir Path directory;

  @BeforeEach
  void compile() throws Exception {
    GatedApp.compile(directory, "Shop");
  }

  private LiveApp shop(BuiltServer server, String... words) throws Exception {
    return shop(server.agentOptions(), words);
  }

  private LiveApp shop(String sources, String... words) throws Exception {
    String options = sources + ",service=shop,state-directory=" + directory + "/state";
    return LiveApp.start(JDK, directory, List.of(GatedApp.agent(options)), words);
  }

  @Test
  void trip_isOffAtOnce_staysOffAcrossARestart_andIsReportedWhenTheServerIsBack() throws Exception {
    try (BuiltServer server = BuiltServer.start(directory)) {
      server.done("set", "checkout", "percentage=100", "limits=" + TRIPPING);
      try (LiveApp shop = shop(server, "until=new", "enter", "fail", "until=old", "linger=500")) {
        assertThat(shop.line()).isEqualTo("answer new");
        server.kill();
        long failing = System.nanoTime();
        shop.enter();
        assertThat(shop.line()).isEqualTo("answer old");
        assertThat(Duration.ofNanos(System.nanoTime() - failing)).isLessThan(Duration.ofSeconds(3));
        shop.end();
        assertThat(shop.err()).contains("TRIPPED flag checkout");
      }

      try (LiveApp shop =
          shop(server, "linger=1500", "call", "enter", "linger=1000", "call", "until=new")) {
        assertThat(shop.line()).as("after a restart").isEqualTo("answer old");
        server.start();
        await()
            .atMost(Duration.ofSeconds(90))
            .until(() -> server.done("get", "checkout").contains("tripped"));
        // Whoever enables it meanwhile does not get it on.
        server.done("toggle", "checkout", "on");
        shop.enter();
        assertThat(shop.line()).as("after it was enabled").isEqualTo("answer old");
        server.done("reset", "checkout");
        assertThat(shop.line()).as("after a reset").isEqualTo("answer new");
        shop.end();
      }
    }
  }

  @Test
  void tripUnderTheFlagsFile_holdsInThatJvm_whenTheServerIsBack() throws Exception {
    Path flags = directory.resolve("flags.yaml");
    Files.writeString(flags, "flags: {checkout: {percentage: 100, limits: " + TRIPPING + "}}");
    try (BuiltServer server = BuiltServer.start(directory)) {
      server.done("set", "checkout", "percentage=100", "limits=" + TRIPPING);
      server.kill();
      String sources = server.agentOptions() + ",flags-file=" + flags;
      try (LiveApp shop =
          shop(sources, "until=new", "enter", "fail", "until=old", "enter", "call")) {
        assertThat(shop.line()).isEqualTo("answer new");
        shop.enter();
        assertThat(shop.line()).isEqualTo("answer old");
        server.start();
        await()
            .atMost(Duration.ofSeconds(90))
            .until(() -> server.done("status").contains("tripped here"));
        shop.enter();
        assertThat(shop.line()).as("with the server's flag").isEqualTo("answer old");
        // Other JVMs have limits of their own.
        assertThat(server.done("get", "checkout")).doesNotContain("tripped");
        shop.end();
        assertThat(shop.err()).containsOnlyOnce("TRIPPED flag checkout");
        assertThat(shop.err()).doesNotContain("was reset");
      }
    }
  }
}
