package dev.turnout.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the build has made or fetched, and the tests start. */
final class Built {
  private static final Path ROOT = Path.of(System.getProperty("turnout.root"));
  private static final Path MODULE = ROOT.resolve("integration-tests");
  static final Path AGENT = ROOT.resolve("agent/runtime/target/turnout-agent.jar");
  static final Path TURNOUT = ROOT.resolve("turnout");
  static final Path ANNOTATIONS =
      ROOT.resolve(
          "annotations/target/turnout-annotations-"
              + System.getProperty("turnout.version")
              + ".jar");

  private Built() {}

  /** The libraries of a host, as the build file names it. */
  static List<Path> libraries(String host) throws IOException {
    Path folder = MODULE.resolve("target/hosts").resolve(host);
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
      if (jars.isEmpty()) {
        throw new IllegalStateException("no library in " + folder);
      }
      return jars;
    }
  }

  /** The Java files of an application, in a folder or alone. */
  static List<Path> sources(String application) throws IOException {
    return sources(application, ".java");
  }

  /** The files of an application in the language that writes files ending like that. */
  static List<Path> sources(String application, String ending) throws IOException {
    Path path = MODULE.resolve("src/test/resources/apps").resolve(application);
    try (Stream<Path> files = Files.walk(path)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    }
  }
}
