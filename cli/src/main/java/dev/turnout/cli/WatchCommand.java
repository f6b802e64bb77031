package dev.turnout.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code turnout watch [NAME…]}. */
@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    description =
        "Shows the status and keeps it up to date, until q or Ctrl-C; where the output is no"
            + " terminal, prints a line for each thing that changes.")
final class WatchCommand implements Callable<Integer> {
  private static final String OTHER_SCREEN = "\u001b[?1049h\u001b[?25l";
  private static final String FORMER_SCREEN = "\u001b[?25h\u001b[?1049l";
  private static final String FROM_THE_TOP = "\u001b[H\u001b[2J";
  private static final Duration KEY_EVERY = Duration.ofMillis(100);

  private final Terminal terminal;
  private final AtomicBoolean left = new AtomicBoolean();

  @Mixin private final Connection connection = new Connection();

  @Parameters(index = "0..*", paramLabel = "NAME", description = "The flags; all if none is named.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      defaultValue = "2s",
      description = "How often to look (${DEFAULT-VALUE}).")
  private String interval = "";

  WatchCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    names.forEach(Arguments::flagName);
    Duration every = Arguments.duration("--interval", interval);
    if (every.compareTo(KEY_EVERY) < 0) {
      throw new CommandFailure(ExitCode.USAGE, "--interval must be at least 0.1s");
    }
    Set<String> wanted = new LinkedHashSet<>(names);
    ControlApi api = new ControlApi(connection.endpoint(terminal));
    JsonNode status = api.get("/status.json");
    requireFlags(status, wanted);
    if (terminal.screen()) {
      onScreen(api, status, wanted, every);
    } else {
      inLines(api, status, wanted, every);
    }
    return ExitCode.DONE;
  }

  private static void requireFlags(JsonNode status, Set<String> wanted) {
    Set<String> there =
        status.path("flags").values().stream()
            .map(flag -> flag.path("name").asString(""))
            .collect(Collectors.toSet());
    for (String name : wanted) {
      if (!there.contains(name)) {
        throw new CommandFailure(ExitCode.NOT_FOUND, "there is no flag " + name);
      }
    }
  }

  private void inLines(ControlApi api, JsonNode begin, Set<String> wanted, Duration every)
      throws InterruptedException {
    StatusChanges changes = new StatusChanges(wanted);
    PrintWriter out = terminal.out();
    print(changes, begin);
    String trouble = "";
    while (!isLeft(every)) {
      String problem = "";
      try {
        print(changes, api.get("/status.json"));
      } catch (CommandFailure e) {
        problem = passing(e);
        if (!problem.equals(trouble)) {
          out.println(problem);
          out.flush();
        }
      }
      trouble = problem;
    }
  }

  private void print(StatusChanges changes, JsonNode status) {
    String time = status.path("time").asString("?");
    changes.since(status).forEach(line -> terminal.out().println(time + " " + line));
    terminal.out().flush();
  }

  private void onScreen(ControlApi api, JsonNode begin, Set<String> wanted, Duration every)
      throws InterruptedException {
    // Also when a signal ends it: nobody wants a shell without a cursor.
    Thread leaving = new Thread(this::leaveScreen, "turnout-watch-leave");
    try (RawTerminal raw = RawTerminal.open()) {
      Thread restoring = new Thread(raw::close, "turnout-watch-restore");
      Runtime.getRuntime().addShutdownHook(leaving);
      Runtime.getRuntime().addShutdownHook(restoring);
      try {
        terminal.out().print(OTHER_SCREEN);
        redraw(api, begin, wanted, every);
      } finally {
        Runtime.getRuntime().removeShutdownHook(leaving);
        Runtime.getRuntime().removeShutdownHook(restoring);
        leaveScreen();
      }
    }
  }

  private void leaveScreen() {
    if (left.compareAndSet(false, true)) {
      terminal.out().print(FORMER_SCREEN);
      terminal.out().flush();
    }
  }

  private void redraw(ControlApi api, JsonNode begin, Set<String> wanted, Duration every)
      throws InterruptedException {
    JsonNode status = begin;
    String problem = "";
    draw(status, wanted, problem);
    while (!isLeft(every)) {
      try {
        status = api.get("/status.json");
        problem = "";
      } catch (CommandFailure e) {
        problem = passing(e);
      }
      draw(status, wanted, problem);
    }
  }

  // A server that cannot be reached now may come back; a token that opens nothing will not.
  private static String passing(CommandFailure failure) {
    if (failure.exitCode() == ExitCode.UNREACHABLE || failure.exitCode() == ExitCode.REFUSED) {
      return String.valueOf(failure.getMessage());
    }
    throw failure;
  }

  private void draw(JsonNode status, Set<String> wanted, String problem) {
    StringWriter page = new StringWriter();
    StatusCommand.print(only(Words.printable(status), wanted), new PrintWriter(page));
    List<String> lines = page.toString().lines().toList();
    int room = RawTerminal.lines() - 2;
    PrintWriter out = terminal.out();
    out.print(FROM_THE_TOP);
    lines.stream().limit(room).forEach(line -> out.print(line + "\r\n"));
    int more = lines.size() - Math.min(lines.size(), room);
    out.print(more > 0 ? "… " + more + " more lines; " : "");
    out.print(
        problem.isEmpty()
            ? "as of " + status.path("time").asString("?") + "; q ends this"
            : "OUT OF DATE: " + problem);
    out.flush();
  }

  private static JsonNode only(JsonNode status, Set<String> wanted) {
    if (wanted.isEmpty() || !(status.deepCopy() instanceof ObjectNode copy)) {
      return status;
    }
    ArrayNode flags = copy.putArray("flags");
    status.path("flags").values().stream()
        .filter(flag -> wanted.contains(flag.path("name").asString("")))
        .forEach(flags::add);
    return copy;
  }

  // Waits for the next look; true if a person wants to leave.
  private boolean isLeft(Duration every) throws InterruptedException {
    Stopwatch stopwatch = terminal.stopwatch();
    long begin = stopwatch.nanos();
    do {
      int key = terminal.keyboard().key();
      if (key == 'q' || key == 'Q') {
        return true;
      }
      stopwatch.pause(KEY_EVERY);
    } while (stopwatch.nanos() - begin < every.toNanos());
    return false;
  }
}
