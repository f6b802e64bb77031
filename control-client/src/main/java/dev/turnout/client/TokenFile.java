package dev.turnout.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Supplier;

/** A token in a file, read anew for every request, so that it can be rotated in place. */
public final class TokenFile implements Supplier<String> {
  private final Path file;

  /** Creates the supplier; the file need not exist yet. */
  public TokenFile(Path file) {
    this.file = file.toAbsolutePath();
  }

  /** There is no token in the file. The message says so without a word of what is in it. */
  static final class Unusable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unusable(String message) {
      super(message);
    }
  }

  /**
   * Returns the token.
   *
   * @throws RuntimeException naming the file, what is wrong with it and what would be right
   */
  @Override
  public String get() {
    String token = read().strip();
    if (!token.matches("[!-~]+")) {
      throw unusable(token.isEmpty() ? "is empty" : "holds more than one word of ASCII");
    }
    return token;
  }

  private String read() {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw unusable("does not exist");
    } catch (IOException e) {
      // Only its class: it might quote what was read.
      throw unusable("cannot be read (" + e.getClass().getSimpleName() + ")");
    }
  }

  private Unusable unusable(String why) {
    return new Unusable(
        "the token file "
            + file
            + " "
            + why
            + ": it must hold the token that the control server has for agents, and nothing else;"
            + " it is read again at every attempt");
  }
}
