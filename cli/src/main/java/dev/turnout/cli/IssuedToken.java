package dev.turnout.cli;

import dev.turnout.server.auth.TokenFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A command that is answered with a secret, which nobody can ask for again: it is printed, or
 * written to a file and not printed.
 */
abstract class IssuedToken extends ClientCommand {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "NAME", description = "The token's name.")
  private String name = "";

  @Option(
      names = "--expires",
      paramLabel = "DURATION",
      description = "How long the secret opens: 12h, 90d.")
  private @Nullable String expires;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write the secret to this file, for its owner only, and do not print it.")
  private @Nullable Path out;

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept in the audit trail.")
  private @Nullable String reason;

  IssuedToken(Terminal terminal) {
    super(terminal);
    this.terminal = terminal;
  }

  final String name() {
    return name;
  }

  /** Asks the server, with what all such requests have in {@code body}. */
  abstract JsonNode issue(ControlApi api, ObjectNode body);

  @Override
  void validate() {
    Arguments.flagName(name);
    // Before anything is issued: a secret that cannot be kept opens all the same.
    if (out != null) {
      Path file = terminal.directory().resolve(out);
      Path folder = file.toAbsolutePath().getParent();
      if (Files.isDirectory(file) || folder == null || !Files.isWritable(folder)) {
        throw new CommandFailure(ExitCode.USAGE, "--out: cannot write " + file);
      }
    }
  }

  @Override
  final JsonNode request(ControlApi api) {
    ObjectNode body = ControlApi.object();
    if (expires != null) {
      body.put("expires_in", expires);
    }
    if (reason != null) {
      body.put("reason", reason);
    }
    JsonNode answer = issue(api, body);
    if (out != null && answer instanceof ObjectNode issued) {
      write(terminal.directory().resolve(out), issued.path("secret").asString(""));
      issued.remove("secret");
      issued.put("file", out.toString());
    }
    return answer;
  }

  private void write(Path file, String secret) {
    try {
      TokenFile.write(file, secret);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.REFUSED,
          name
              + " was issued, but its secret cannot be written to "
              + file
              + ": "
              + e.getMessage()
              + "; revoke or rotate it");
    }
  }

  @Override
  final void show(JsonNode answer, PrintWriter printer) {
    String expiry = answer.path("expires").asString("");
    terminal
        .err()
        .println(
            "token "
                + answer.path("name").asString(name)
                + " of kind "
                + answer.path("kind").asString("?")
                + (expiry.isEmpty() ? ", for ever" : ", until " + expiry)
                + (out == null ? "; its secret is not shown again:" : "; its secret is in " + out));
    String previous = answer.path("previous_until").asString("");
    if (!previous.isEmpty()) {
      terminal.err().println("the one before opens until " + previous);
    }
    if (out == null) {
      printer.println(answer.path("secret").asString(""));
    }
  }
}
