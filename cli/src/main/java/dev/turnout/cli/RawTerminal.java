package dev.turnout.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * A terminal that gives every key at once and shows none, until it is closed. Where there is no
 * {@code stty} it stays as it is, and keys come with the Enter key.
 */
final class RawTerminal implements AutoCloseable {
  private final String before;

  private RawTerminal(String before) {
    this.before = before;
  }

  static RawTerminal open() {
    String before = stty("-g");
    if (!before.isEmpty()) {
      String unused = stty("-icanon", "-echo");
    }
    return new RawTerminal(before);
  }

  @Override
  public void close() {
    if (!before.isEmpty()) {
      String unused = stty(before);
    }
  }

  /** The number of lines that the terminal shows; many if that is not known. */
  static int lines() {
    String[] size = stty("size").split(" ");
    try {
      int lines = Integer.parseInt(size[0]);
      return lines > 0 ? lines : Integer.MAX_VALUE;
    } catch (NumberFormatException e) {
      return Integer.MAX_VALUE;
    }
  }

  // Returns what it prints; nothing if it cannot be asked, which is no reason to end.
  private static String stty(String... words) {
    String[] command = new String[words.length + 1];
    command[0] = "stty";
    System.arraycopy(words, 0, command, 1, words.length);
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.waitFor() == 0 ? answer : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
