package dev.turnout.cli;

import dev.turnout.flags.InvalidFlagException;
import dev.turnout.server.store.AuditFile;
import dev.turnout.server.store.AuditHead;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code turnout audit verify}. */
@Command(
    name = "verify",
    description = {
      "Reads the whole audit again and names the first row that was altered, removed or added"
          + " behind the server's back.",
      "Keep the head that it prints somewhere else, and hand it to a later check by --expect:"
          + " whoever can write to the file could write all of the audit anew, and only that tells."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:the audit is whole", "1:it could not be read", "6:it is not whole"})
final class AuditVerifyCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private final Connection connection = new Connection();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  @Option(names = "--json", description = "Print what was found as JSON.")
  private boolean json;

  @Option(
      names = "--data",
      paramLabel = "DIRECTORY",
      description = "Read the database in this data directory, without a server or its token.")
  private @Nullable Path data;

  @Option(
      names = "--expect",
      paramLabel = "COUNT:HASH",
      description = "A head that an earlier check printed; it must be part of the audit still.")
  private @Nullable String expect;

  AuditVerifyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    JsonNode answer = data == null ? asked() : read(terminal.directory().resolve(data));
    PrintWriter out = terminal.out();
    if (json) {
      out.println(answer.toPrettyString());
    } else {
      show(answer, out);
    }
    out.flush();
    return answer.path("whole").asBoolean(false) ? ExitCode.DONE : ExitCode.NOT_WHOLE;
  }

  private JsonNode asked() {
    String query = expect == null ? "" : "?expect=" + ControlApi.segment(expect);
    return new ControlApi(connection.endpoint(terminal)).get("/audit/verify" + query);
  }

  private JsonNode read(Path directory) {
    try {
      AuditHead expected = expect == null ? null : AuditHead.parse("--expect", expect);
      return AuditFile.check(directory, expected).json();
    } catch (InvalidFlagException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.REFUSED, String.valueOf(e.getMessage()));
    }
  }

  private static void show(JsonNode answer, PrintWriter out) {
    JsonNode broken = answer.path("broken");
    if (broken.isObject()) {
      out.println(
          "row "
              + broken.path("seq").asString("?")
              + " is "
              + broken.path("problem").asString("wrong")
              + ": "
              + broken.path("detail").asString("-"));
      out.println("whole up to " + answer.path("head").asString("?"));
    } else {
      out.println("the audit is whole: " + answer.path("entries").asString("?") + " entries");
      out.println("head " + answer.path("head").asString("?"));
    }
  }
}
