package dev.turnout.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Options of the JVMs that benchmarks run in, and the flags that those with the agent go by. */
final class Jvms {
  /** A system property that is {@code true} in JVMs without the agent. */
  static final String NO_AGENT = "turnout.benchmark.no-agent";

  private static final Path AGENT = Path.of("agent/runtime/target/turnout-agent.jar");

  private final Path directory;

  Jvms() throws IOException {
    directory = Files.createTempDirectory("turnout-benchmark");
    Files.writeString(directory.resolve("flags.json"), flags());
    if (!Files.exists(AGENT)) {
      throw new IllegalStateException(AGENT + " is not built; run mvn -DskipTests package");
    }
  }

  /** Where files of this run can be put. */
  Path directory() {
    return directory;
  }

  List<String> withAgent() {
    return withAgent(directory.resolve("flags.json"));
  }

  /** With other flags. A benchmark may put its own way of measuring behind this one. */
  List<String> withAgent(Path flags) {
    return List.of(
        "-javaagent:%s=flags-file=%s,state-directory=%s"
            .formatted(AGENT.toAbsolutePath(), flags, directory),
        Measured.OFF);
  }

  List<String> withoutAgent() {
    return List.of("-D" + NO_AGENT + "=true");
  }

  /** Without the agent, but with the package open that the agent opens to itself. */
  List<String> openAsByTheAgent() {
    return List.of("--add-opens=java.base/java.lang=ALL-UNNAMED");
  }

  private static String flags() {
    String many =
        IntStream.range(0, 10_000)
            .mapToObj(i -> "\"user-" + (100_000 + (i * 7_919L) % 900_000) + "\"")
            .collect(Collectors.joining(","));
    return """
        {"canary": {"mode": true, "users": []},
         "rings": {"internal": {"users": [%s]}},
         "flags": {
           "ready": {"percentage": 100},
           "zero": {"percentage": 0},
           "full": {"percentage": 100},
           "fullKey": {"percentage": 100},
           "failing": {"percentage": 100},
           "split": {"percentage": 50},
           "context": {"percentage": 50},
           "rings": {"strategy": "ring", "rings": {"internal": 100, "ga": 50},
                     "canary": {"users": [%s]}}}}
        """
        .formatted(many, many);
  }
}
