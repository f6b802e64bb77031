package dev.turnout.benchmarks.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that the peers ask for; JMH wants constructors that throw nothing checked. */
final class Scratch {
  private Scratch() {}

  /** A file with this text, until the JVM ends. */
  static Path file(String text) {
    Path file = directory().resolve("flags.json");
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    file.toFile().deleteOnExit();
    return file;
  }

  /** An empty directory, until the JVM ends. */
  static Path directory() {
    try {
      Path directory = Files.createTempDirectory("turnout-peer");
      directory.toFile().deleteOnExit();
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
