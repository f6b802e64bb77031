package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page that says what survives what names tests that there are. */
class ReliabilityPageIT {
  private static final Path ROOT = Path.of(System.getProperty("turnout.root"));
  private static final Pattern NAMED = Pattern.compile("`(\\w+)#(\\w+)`");

  private static Map<String, String> tests() throws IOException {
    Map<String, String> sources = new HashMap<>();
    try (Stream<Path> files = Files.walk(ROOT)) {
      List<Path> tests =
          files
              .filter(file -> file.toString().matches(".*/src/test/java/.*(Test|IT)[.]java"))
              .toList();
      for (Path file : tests) {
        String name = file.getFileName().toString().replace(".java", "");
        sources.merge(name, Files.readString(file), String::concat);
      }
    }
    return sources;
  }

  @Test
  void everyRow_namesTestsThatAreThere() throws IOException {
    Map<String, String> tests = tests();
    List<String> rows =
        Files.readAllLines(ROOT.resolve("docs/reliability.md")).stream()
            .filter(line -> line.startsWith("| ") && !line.startsWith("| fault "))
            .toList();
    assertThat(rows).hasSizeGreaterThan(25);
    for (String row : rows) {
      List<MatchResult> named = NAMED.matcher(row).results().toList();
      assertThat(named).as(row).isNotEmpty();
      for (MatchResult test : named) {
        assertThat(tests).as(row).containsKey(test.group(1));
        String method =
            "@(Test|ParameterizedTest)\\b((?!\\bvoid\\b).)*\\bvoid " + test.group(2) + "\\(";
        assertThat(tests.get(test.group(1)))
            .as(test.group())
            .containsPattern(Pattern.compile(method, Pattern.DOTALL));
      }
    }
  }
}
