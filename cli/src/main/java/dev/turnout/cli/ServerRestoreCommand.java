package dev.turnout.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code turnout server restore FILE}. */
@Command(
    name = "restore",
    mixinStandardHelpOptions = true,
    description = {
      "Puts a copy that 'server backup' made in the place of a server's database. The server must"
          + " not run.",
      "The copy is checked before anything is replaced, the database that was there is kept under"
          + " another name, and the epoch is raised, so that agents that know later revisions"
          + " follow."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:nothing was restored; it says why",
      "6:nothing was restored: the audit of the copy is not whole, or the copy not what it says",
    })
final class ServerRestoreCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "FILE", description = "The copy; it stays as it is.")
  private Path file = Path.of("");

  @Option(
      names = "--data",
      paramLabel = "DIRECTORY",
      defaultValue = "turnout-data",
      description = "The server's data directory; made if absent (${DEFAULT-VALUE}).")
  private Path data = Path.of("");

  @Option(
      names = "--expect",
      paramLabel = "COUNT:HASH",
      description = "A head of the audit that must be part of the copy's.")
  private @Nullable String expect;

  @Option(names = "--json", description = "Print what was restored as JSON.")
  private boolean json;

  ServerRestoreCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    JsonNode done =
        LocalDatabase.restore(
            terminal.directory().resolve(data), terminal.directory().resolve(file), expect);
    PrintWriter out = terminal.out();
    if (json) {
      out.println(done.toPrettyString());
    } else {
      out.println("restored: " + ServerBackupCommand.contents(done));
      if (done.path("kept").isString()) {
        out.println("what was there before is " + done.path("kept").asString(""));
      }
      out.println("start the server; its agents follow");
    }
    out.flush();
    if (!done.path("epoch_is_later").asBoolean(true)) {
      terminal.warn(
          "the database that was there cannot be read, so its epoch is not known. If 'status' shows"
              + " agents that are ahead, raise it once more: turnout epoch raise");
    }
    return ExitCode.DONE;
  }
}
