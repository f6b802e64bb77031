package dev.turnout.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code turnout events}. */
@Command(
    name = "events",
    description =
        "Shows what happens as it happens, at whichever server: every entry of the audit, a line"
            + " each, until Ctrl-C.",
    footer = {
      "",
      "When the connection is lost it is made again, and goes on where it was: no entry",
      "is left out or shown twice. What is told about that goes to the standard error.",
    })
final class EventsCommand implements Callable<Integer> {
  private static final Duration BACK_OFF_FROM = Duration.ofSeconds(1);
  private static final Duration BACK_OFF_TO = Duration.ofSeconds(30);

  private final Terminal terminal;

  @Mixin private final Connection connection = new Connection();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  @Option(names = "--flag", paramLabel = "FLAG", description = "About this flag only.")
  private @Nullable String flag;

  @Option(
      names = "--after",
      paramLabel = "NUMBER",
      description = "Begin after the entry of this number and not now; 0 for all there are.")
  private @Nullable Long after;

  @Option(names = "--count", paramLabel = "COUNT", description = "End after so many entries.")
  private @Nullable Long count;

  @Option(
      names = "--json",
      description = "Print each entry as a JSON object on a line, with the flag before and after.")
  private boolean json;

  private long shown;

  EventsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (flag != null) {
      Arguments.flagName(flag);
    }
    requireAtLeast("--after", 0, after);
    requireAtLeast("--count", 1, count);
    ControlApi api = new ControlApi(connection.endpoint(terminal));
    String path = "/events" + (flag == null ? "" : "?flag=" + ControlApi.segment(flag));
    EventStream stream = new EventStream(after == null ? "" : Long.toString(after));
    Duration backOff = BACK_OFF_FROM;
    boolean reached = false;
    while (true) {
      long began = terminal.stopwatch().nanos();
      EventStream.End end = api.follow(path, stream, this::show);
      if (isEnough()) {
        return ExitCode.DONE;
      }
      reached |= end.reached();
      if (!reached) {
        // Most likely misspelt; one that was there before will be back.
        throw new CommandFailure(ExitCode.UNREACHABLE, end.why());
      }
      if (terminal.stopwatch().nanos() - began >= BACK_OFF_TO.toNanos()) {
        backOff = BACK_OFF_FROM;
      }
      Duration wait = end.retryAfter().plus(drawn(longer(backOff, end.within())));
      backOff = shorter(backOff.multipliedBy(2), BACK_OFF_TO);
      terminal.warn(end.why() + "; trying again in " + wait.toMillis() + " ms");
      terminal.stopwatch().pause(wait);
    }
  }

  private static void requireAtLeast(String name, long least, @Nullable Long value) {
    if (value != null && value < least) {
      throw new CommandFailure(ExitCode.USAGE, name + " must be " + least + " or more");
    }
  }

  // Full jitter: those who lost one server do not come to the next in one moment.
  private static Duration drawn(Duration most) {
    return Duration.ofNanos((long) (most.toNanos() * RandomGenerator.getDefault().nextDouble()));
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private boolean isEnough() {
    return count != null && shown >= count;
  }

  private boolean show(EventStream.Event event) {
    shown++;
    terminal
        .out()
        .println(
            json ? event.data() : line(Words.printable(ControlApi.json().readTree(event.data()))));
    terminal.out().flush();
    return !isEnough();
  }

  // As in the table of 'audit', but for the widths, which nobody knows beforehand.
  private static String line(JsonNode entry) {
    return String.join("  ", AuditCommand.cells(entry));
  }
}
