package dev.turnout.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** A token in a file, read anew for every request, so that it can be rotated in place. */
public final class TokenFile implements Supplier<String> {
  private final Path file;

  /** Creates the supplier; the file need not exist yet. */
  public TokenFile(Path file) {
    this.file = file;
  }

  /**
   * Returns the token.
   *
   * @throws UncheckedIOException if the file cannot be read
   */
  @Override
  public String get() {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
