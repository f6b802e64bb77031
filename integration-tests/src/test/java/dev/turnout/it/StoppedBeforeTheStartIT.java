package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A flag was stopped before the JVM starts: no call takes its new path, not even the first ones.
 */
class StoppedBeforeTheStartIT {
  private static final Path JDK = Path.of(System.getProperty("java.home"));
  private static final String PINNED = "-Dturnout.flag.checkout=on";
  private static final String ON = "flags: {checkout: {percentage: 100}}";
  private static final int ROUNDS = 300;
  private static final int CALLS = ROUNDS * 4;

  private static final String TRIP =
      """
      flag=checkout
      epoch=0
      flag_revision=0
      first_revision=0
      of_file=true
      limit=error_rate > 5 %
      rule=threshold
      observed=50.0
      calls=100
      bad=50
      at=2026-01-01T00\\:00\\:00Z
      """;

  @TempDir Path directory;

  @BeforeEach
  void compile() throws Exception {
    GatedApp.compile(directory, "Shop");
  }

  private String awayServer() throws Exception {
    Path token = Files.writeString(directory.resolve("agent.token"), "t");
    return "server=http://127.0.0.1:" + HostAgent.freePort() + ",token-file=" + token + ",";
  }

  private String flagsFile(String content) throws Exception {
    return "flags-file=" + Files.writeString(directory.resolve("flags.yaml"), content) + ",";
  }

  private String agent(String sources) {
    return GatedApp.agent(
        sources + "service=shop,state-directory=" + directory.resolve("state").toString());
  }

  /** Calls every millisecond from the start on, and returns how many took the new path. */
  private void assertNoCallIsOn(String sources, String... more) throws Exception {
    List<String> options = new ArrayList<>(List.of(more));
    options.add(agent(sources));
    String[] words =
        Stream.concat(
                Stream.generate(() -> List.of("burst=1", "linger=1"))
                    .limit(ROUNDS)
                    .flatMap(List::stream),
                Stream.of("counts"))
            .toArray(String[]::new);
    try (LiveApp shop = LiveApp.start(JDK, directory, options, words)) {
      assertThat(shop.line()).as(shop.err()).isEqualTo("counts 0 0 " + CALLS);
    }
  }

  /** Has the agent keep the snapshot of a server that is away by then, with the flag killed. */
  private void keepAKill() throws Exception {
    try (BuiltServer server = BuiltServer.start(directory)) {
      server.done("set", "checkout", "percentage=100");
      String agent = agent(server.agentOptions() + ",");
      try (LiveApp shop =
          LiveApp.start(JDK, directory, List.of(agent), "until=new", "until=old", "linger=500")) {
        assertThat(shop.line()).as(shop.err()).isEqualTo("answer new");
        server.done("kill", "checkout", "--reason", "bad");
        assertThat(shop.line()).as(shop.err()).isEqualTo("answer old");
        shop.end();
      }
    }
  }

  @Test
  void pinnedFlag_thatTheFileKills_isNeverOn() throws Exception {
    assertNoCallIsOn(flagsFile("flags: {checkout: {killed: true}}"), PINNED);
  }

  @Test
  void pinnedFlag_thatTripped_isNeverOn() throws Exception {
    Path trips = Files.createDirectories(directory.resolve("state/trips"));
    Files.writeString(trips.resolve("checkout.trip"), TRIP);
    assertNoCallIsOn("", PINNED);
  }

  @Test
  void flagThatTheServerKilled_isNeverOn_whateverPinOrFileSay() throws Exception {
    keepAKill();
    assertNoCallIsOn(awayServer() + flagsFile(ON));
    assertNoCallIsOn(awayServer(), PINNED);
  }

  @Test
  void pinnedFlag_thatNobodyStopped_isOnSoon() throws Exception {
    List<String> options = List.of(PINNED, agent(awayServer()));
    try (LiveApp shop = LiveApp.start(JDK, directory, options, "until=new")) {
      assertThat(shop.line()).as(shop.err()).isEqualTo("answer new");
    }
  }
}
