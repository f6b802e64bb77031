package dev.turnout.it;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles applications for the JVMs that the tests start. */
final class Javac {
  private static final String OLDEST_RELEASE = "17";

  private Javac() {}

  /** Compiles applications of the test resources together, and returns the folder of classes. */
  static Path compile(Path into, List<Path> classPath, String... applications) throws IOException {
    List<String> options = new ArrayList<>(List.of("-cp", classPath(classPath)));
    return run(into, options, sources(applications));
  }

  /**
   * As {@link #compile}, by another JDK's own compiler: the one that runs the tests may not know
   * its libraries, or the format of the host's.
   */
  static Path compileBy(Path jdk, Path into, List<Path> classPath, String... applications)
      throws IOException, InterruptedException {
    Files.createDirectories(into);
    List<String> arguments = new ArrayList<>(List.of("-proc:none", "-parameters"));
    arguments.addAll(List.of("-d", into.toString(), "-cp", classPath(classPath)));
    sources(applications).forEach(source -> arguments.add(source.toString()));
    Run run = Run.of(jdk, "javac", into, arguments);
    if (run.exit() != 0) {
      throw new IllegalStateException(run.err());
    }
    return into;
  }

  /** Compiles one file. */
  static Path compile(Path into, List<Path> classPath, Path source) throws IOException {
    List<String> options = new ArrayList<>(List.of("-cp", classPath(classPath)));
    return run(into, options, List.of(source));
  }

  /** Compiles applications as modules, which find each other on the given module path. */
  static Path compileModule(Path into, List<Path> modulePath, String... applications)
      throws IOException {
    List<String> options = new ArrayList<>(List.of("--module-path", classPath(modulePath)));
    return run(into, options, sources(applications));
  }

  static String classPath(List<Path> entries) {
    return entries.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }

  private static List<Path> sources(String... applications) throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String application : applications) {
      sources.addAll(Built.sources(application));
    }
    return sources;
  }

  private static Path run(Path into, List<String> options, List<Path> sources) throws IOException {
    Files.createDirectories(into);
    options.addAll(List.of("--release", OLDEST_RELEASE, "-proc:none", "-parameters"));
    options.addAll(List.of("-d", into.toString()));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter problems = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  problems, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
              .call();
      if (!compiled) {
        throw new IllegalStateException(problems.toString());
      }
    }
    return into;
  }
}
