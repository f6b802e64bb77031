package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** One run of the command inside the test's JVM, and what came of it. */
record CommandRun(int exitCode, String out, String err) {

  /** Runs in an empty world: no environment, {@code directory} as working and home directory. */
  static CommandRun in(Path directory, String... words) {
    return in(directory, Map.of(), words);
  }

  static CommandRun in(Path directory, Map<String, String> environment, String... words) {
    return new TestTerminal(directory).with(environment).run(words);
  }

  /** The words of a line with blanks between them, and more words. */
  static String[] words(String line, String... more) {
    return Stream.concat(Stream.of(line.split(" ")), Stream.of(more)).toArray(String[]::new);
  }

  CommandRun assertDone() {
    assertThat(exitCode).as(err).isZero();
    return this;
  }

  /** Checks that it failed, and said so in one line. */
  void assertFails(int expected, String message) {
    assertThat(exitCode).as(err).isEqualTo(expected);
    assertThat(out).isEmpty();
    assertThat(err).startsWith("turnout: ").contains(message);
    assertThat(err.lines()).hasSize(1);
  }

  /** What was printed, as JSON. */
  JsonNode json() {
    return ControlApi.json().readTree(out);
  }
}
