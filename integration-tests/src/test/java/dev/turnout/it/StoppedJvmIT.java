package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JVM of an application stands still for a while, as a machine does that is moved. */
class StoppedJvmIT {
  private static final Path JDK = Path.of(System.getProperty("java.home"));

  /** Longer than the agent's look at its limits can be late by itself. */
  private static final long STOP_MILLIS = 3_000;

  @TempDir Path directory;

  @Test
  void stoppedAndContinued_noLimitTripsByThePause_andOneThatIsBreachedAfterDoes() throws Exception {
    GatedApp.compile(directory, "Shop");
    Path flags = directory.resolve("flags.yaml");
    Files.writeString(
        flags,
        "flags: {checkout: {percentage: 100, limits: [{metric: p99_ms, above: 1000,"
            + " min_calls: 4}]}}");
    String options =
        "flags-file=%s,state-directory=%s,measure=every"
            .formatted(flags, directory.resolve("state"));
    try (LiveApp shop =
        LiveApp.start(
            JDK,
            directory,
            List.of(GatedApp.agent(options)),
            "until=new",
            "enter",
            "slow=600",
            // Until the path is warm, which may begin with the first look after the pause.
            "linger=7000",
            "call",
            "slow=2000",
            "until=old")) {
      assertThat(shop.line()).isEqualTo("answer new");
      shop.enter();
      assertThat(shop.line()).isEqualTo("slow");
      // In the midst of calls.
      shop.signal("STOP");
      Thread.sleep(STOP_MILLIS);
      shop.signal("CONT");

      assertThat(shop.line()).as("after the pause").isEqualTo("answer new");
      assertThat(shop.line()).isEqualTo("slow");
      assertThat(shop.line()).as("after slow calls").isEqualTo("answer old");
      shop.end();
      assertThat(shop.err()).containsOnlyOnce("TRIPPED");
    }
  }
}
