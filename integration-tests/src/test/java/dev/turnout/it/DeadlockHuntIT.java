package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many short lives of an application that does all at once what has made agents deadlock. Some of
 * them here, a thousand with {@code -Dturnout.hunt.forks=1000}. What hangs is shown with its
 * threads.
 */
class DeadlockHuntIT {
  private static final int FORKS = Integer.getInteger("turnout.hunt.forks", 20);

  // One in so many has a server, which is not there, and the metrics' page too: more libraries.
  private static final int ONE_IN_FULL = 5;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path directory;

  @Test
  void everyFork_ends() throws Exception {
    Path classes = Javac.compile(directory.resolve("classes"), List.of(Built.ANNOTATIONS), "hunt");
    String full = HostAgent.half(directory);
    String lean =
        GatedApp.agent(
            "flags-file=%1$s/flags.yaml,state-directory=%1$s/state".formatted(directory));
    List<Path> jdks = Jdks.all();
    ExecutorService two = Executors.newFixedThreadPool(2);
    try {
      List<Future<?>> forks = new ArrayList<>();
      for (int i = 0; i < FORKS; i++) {
        Path jdk = jdks.get(i % jdks.size());
        String agent = i / jdks.size() % ONE_IN_FULL == 0 ? full : lean;
        int seed = i;
        forks.add(two.submit(() -> fork(jdk, agent, classes, seed)));
      }
      for (Future<?> fork : forks) {
        fork.get();
      }
    } finally {
      two.shutdownNow();
    }
    System.out.println(FORKS + " forks, each came to its end");
  }

  private Void fork(Path jdk, String agent, Path classes, int seed)
      throws IOException, InterruptedException {
    Path own = Files.createDirectory(directory.resolve("fork-" + seed));
    Run run =
        Run.of(
            jdk,
            "java",
            own,
            Map.of(),
            List.of(
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                agent,
                "-cp",
                Javac.classPath(List.of(classes, Built.ANNOTATIONS)),
                "shop.Hunt",
                "" + seed),
            LIMIT);
    assertThat(run.exit()).as(run.toString()).isZero();
    assertThat(run.answer("loaded")).as(run.toString()).isEqualTo("7 of 7 right true");
    return null;
  }
}
