package dev.turnout.benchmarks.fleet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Kill -9 at random points while several people edit: what was acknowledged is there afterwards,
 * and no revision stands for two changes.
 */
final class CrashScenario {
  private static final int EDITORS = 4;
  private static final int LONGEST_MILLIS = 1_500;
  private static final Pattern FLAG =
      Pattern.compile("\"revision\":([0-9]+).*\"percentage\":([0-9.]+)");

  private final FleetOptions options;
  // What was said of each revision, over all crashes.
  private final Map<Long, String> revisions = new ConcurrentHashMap<>();
  private final List<String> violations = new ArrayList<>();

  CrashScenario(FleetOptions options) {
    this.options = options;
  }

  /** One who edits a flag of its own, and keeps what was last acknowledged and last tried. */
  private final class Editor {
    private final String flag;
    private int acknowledged;
    private int tried;
    private int edits;

    Editor(String flag) {
      this.flag = flag;
    }

    void edit(Fleet fleet) {
      try (ApiConnection api = fleet.api()) {
        while (!Thread.currentThread().isInterrupted()) {
          tried++;
          String body = "{\"percentage\": " + percentage(tried) + "}";
          ApiConnection.Answer answer = api.send("PUT", "/feature-flags/" + flag, body);
          if (answer.status() != 200) {
            violation("an edit was answered " + answer.status() + ": " + answer.body());
            return;
          }
          note(read(answer.body()).revision(), flag + " " + percentage(tried));
          acknowledged = tried;
          edits++;
        }
      } catch (IOException e) {
        // The server was killed; what was tried may or may not have happened.
        return;
      }
    }

    void check(ApiConnection api) throws IOException {
      Stored stored = read(api.send("GET", "/feature-flags/" + flag, "").orFail().body());
      boolean last = stored.percentage() == percentage(acknowledged);
      boolean next = stored.percentage() == percentage(tried);
      if (!last && !next) {
        violation(
            "%s was acknowledged at %s and is at %s"
                .formatted(flag, percentage(acknowledged), stored.percentage()));
      }
      if (next) {
        note(stored.revision(), flag + " " + percentage(tried));
      }
      tried = next ? tried : acknowledged;
      acknowledged = tried;
    }
  }

  private record Stored(long revision, double percentage) {}

  // 100,000 steps, so that the same one comes again after hours only.
  private static double percentage(int step) {
    return step % 100_000 / 1000.0;
  }

  private static Stored read(String json) {
    Matcher matcher = FLAG.matcher(json);
    if (!matcher.find()) {
      throw new IllegalStateException("no flag: " + json);
    }
    return new Stored(Long.parseLong(matcher.group(1)), Double.parseDouble(matcher.group(2)));
  }

  private void note(long revision, String change) {
    String before = revisions.put(revision, change);
    if (before != null && !before.equals(change)) {
      violation("revision " + revision + " is both " + before + " and " + change);
    }
  }

  private synchronized void violation(String what) {
    violations.add(what);
    Progress.say("%s", what);
  }

  List<Outcome> run() throws IOException, InterruptedException {
    SplittableRandom random = new SplittableRandom();
    try (Fleet fleet = Fleet.start(options.jdk())) {
      List<Editor> editors = new ArrayList<>();
      try (ApiConnection api = fleet.api()) {
        for (int i = 0; i < EDITORS; i++) {
          Editor editor = new Editor("flag-" + i);
          editors.add(editor);
          api.send("PUT", "/feature-flags/" + editor.flag, "{\"percentage\": 0}").orFail();
        }
      }
      Latencies starts = new Latencies();
      for (int crash = 1; crash <= options.crashes(); crash++) {
        if (crash % 10 == 1) {
          Progress.say("crash %d of %d", crash, options.crashes());
        }
        crash(fleet, editors, random.nextLong(TimeUnit.MILLISECONDS.toNanos(LONGEST_MILLIS)));
        long began = System.nanoTime();
        fleet.server().start();
        starts.add(System.nanoTime() - began);
        try (ApiConnection api = fleet.api()) {
          for (Editor editor : editors) {
            editor.check(api);
          }
        }
      }
      int edits = editors.stream().mapToInt(editor -> editor.edits).sum();
      return List.of(
          Outcome.count(
              "kill -9 while %d edit".formatted(EDITORS),
              options.crashes(),
              violations.isEmpty()
                  ? edits + " edits acknowledged, none lost, no revision used twice"
                  : String.join("; ", violations),
              "none lost",
              violations.isEmpty()),
          Outcome.of("start after a crash → answers", starts, ""));
    }
  }

  private static void crash(Fleet fleet, List<Editor> editors, long afterNanos)
      throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (Editor editor : editors) {
      Thread thread = new Thread(() -> editor.edit(fleet), "editor");
      thread.start();
      threads.add(thread);
    }
    TimeUnit.NANOSECONDS.sleep(afterNanos);
    fleet.server().kill();
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
