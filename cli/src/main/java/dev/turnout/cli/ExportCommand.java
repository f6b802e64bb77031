package dev.turnout.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code turnout export [FILE]}. */
@Command(
    name = "export",
    description = {
      "Writes flags, canary mode, rings and policy as JSON, for 'import turnout'.",
      "There are no tokens and no keys in it. Equal environments are equal files, but for \"env\"",
      "and \"revision\", so that a file that is kept under version control shows what changed.",
    })
final class ExportCommand extends ClientCommand {
  private final Terminal terminal;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE",
      description = "The file, which is replaced if it is there; the standard output without one.")
  private @Nullable Path file;

  ExportCommand(Terminal terminal) {
    super(terminal);
    this.terminal = terminal;
  }

  @Override
  JsonNode request(ControlApi api) {
    JsonNode export = api.get("/export");
    if (file == null) {
      return export;
    }
    write(terminal.directory().resolve(file), export.toPrettyString() + "\n");
    return ControlApi.object()
        .put("file", file.toString())
        .put("env", export.path("env").asString(""))
        .put("revision", export.path("revision").asLong(0))
        .put("flags", export.path("flags").size());
  }

  // Whoever has a file of that name keeps it, until all of the new one is written.
  private void write(Path target, String text) {
    Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
    try {
      Files.writeString(temporary, text, StandardCharsets.UTF_8);
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.REFUSED,
          "cannot write " + file + ": " + e.getClass().getSimpleName() + " " + e.getMessage());
    }
  }

  @Override
  void show(JsonNode answer, PrintWriter out) {
    if (file == null) {
      out.println(answer.toPrettyString());
    } else {
      out.println(
          answer.path("flags").asString("?")
              + " flags of "
              + answer.path("env").asString("?")
              + ", revision "
              + answer.path("revision").asString("?")
              + ", in "
              + file);
    }
  }
}
