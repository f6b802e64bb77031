package dev.turnout.cli;

import dev.turnout.server.signing.SigningKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code turnout key create FILE}. */
@Command(
    name = "create",
    mixinStandardHelpOptions = true,
    description = {
      "Makes a key for 'turnout server --signing-key' in a new file, for its owner only.",
      "Prints its public part, which agents pin."
    })
final class KeyCreateCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "FILE", description = "The file; must not exist yet.")
  private Path file = Path.of("");

  KeyCreateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    try {
      SigningKey key = SigningKey.create(terminal.directory().resolve(file));
      terminal.err().println("key " + key.id() + " in " + file + "; its public part:");
      terminal.out().println(key.publicKey());
      terminal.out().flush();
      return ExitCode.DONE;
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.REFUSED, "no key was made: " + e.getMessage());
    }
  }
}
