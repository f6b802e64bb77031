package dev.turnout.it;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** An application that was run once on each JDK, for tests that each look at one of its answers. */
final class RunsByJdk {
  private final Map<Path, Run> runs = new HashMap<>();

  private RunsByJdk() {}

  /** Runs an application to its end, which must be a good one, on each JDK. */
  static RunsByJdk of(Path directory, String agent, List<Path> classPath, String mainClass)
      throws Exception {
    RunsByJdk all = new RunsByJdk();
    for (Path jdk : Jdks.all()) {
      List<String> arguments =
          List.of("-Xverify:all", agent, "-cp", Javac.classPath(classPath), mainClass);
      Run run = Run.of(jdk, "java", directory, arguments);
      if (run.exit() != 0) {
        throw new IllegalStateException(run.toString());
      }
      all.runs.put(jdk, run);
    }
    return all;
  }

  Run on(Path jdk) {
    return runs.get(jdk);
  }

  /** Each of some words of the application's answers with each JDK, for a test's parameters. */
  static Stream<Arguments> each(String... words) {
    return Stream.of(words)
        .flatMap(word -> Jdks.all().stream().map(jdk -> Arguments.of(word, jdk)));
  }
}
