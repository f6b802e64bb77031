package dev.turnout.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code turnout server backup FILE}. */
@Command(
    name = "backup",
    mixinStandardHelpOptions = true,
    description = {
      "Copies the database of a server, which may run, to a new file for its owner only.",
      "The copy is one state, with everything that was acknowledged before, and is read again"
          + " before it gets its name.",
      "Not in it: signing keys and token files. A PostgreSQL database is backed up by pg_dump."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:no backup was made; it says why",
      "6:the backup was made, and its audit is not whole, nor is the server's",
    })
final class ServerBackupCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "FILE", description = "The copy; must not exist yet.")
  private Path file = Path.of("");

  @Option(
      names = "--data",
      paramLabel = "DIRECTORY",
      defaultValue = "turnout-data",
      description = "The server's data directory (${DEFAULT-VALUE}).")
  private Path data = Path.of("");

  @Option(names = "--json", description = "Print what is in the copy as JSON.")
  private boolean json;

  ServerBackupCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    JsonNode copy =
        LocalDatabase.backUp(
            terminal.directory().resolve(data), terminal.directory().resolve(file));
    PrintWriter out = terminal.out();
    JsonNode audit = copy.path("audit");
    if (json) {
      out.println(copy.toPrettyString());
    } else {
      out.println(file + " has " + contents(copy));
      out.println("head " + audit.path("head").asString("?"));
    }
    out.flush();
    if (audit.path("whole").asBoolean(false)) {
      return ExitCode.DONE;
    }
    terminal.warn("its audit is not whole, and cannot be restored; see 'audit verify'");
    return ExitCode.NOT_WHOLE;
  }

  static String contents(JsonNode database) {
    return database.path("flags").asString("?")
        + " flags, epoch "
        + database.path("epoch").asString("?")
        + ", revision "
        + database.path("revision").asString("?")
        + ", "
        + database.path("audit").path("entries").asString("?")
        + " entries of the audit";
  }
}
