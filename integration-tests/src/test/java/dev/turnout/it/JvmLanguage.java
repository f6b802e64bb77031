package dev.turnout.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The compilers of other languages than Java, each run in a JVM of its own. */
enum JvmLanguage {
  KOTLIN(
      "kotlin",
      "kotlin-compiler",
      "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler",
      ".kt",
      "-no-stdlib",
      "-no-reflect",
      "-jvm-target",
      "17"),
  GROOVY("groovy", "groovy", "org.codehaus.groovy.tools.FileSystemCompiler", ".groovy");

  private final String libraries;
  private final String host;
  private final String mainClass;
  private final String ending;
  private final List<String> options;

  JvmLanguage(String libraries, String host, String mainClass, String ending, String... options) {
    this.libraries = libraries;
    this.host = host;
    this.mainClass = mainClass;
    this.ending = ending;
    this.options = List.of(options);
  }

  /**
   * Compiles an application of the test resources, and returns all that it needs on its class path.
   */
  List<Path> application(Path build, String application) throws Exception {
    List<Path> classPath = new ArrayList<>(Built.libraries(libraries));
    classPath.add(Built.ANNOTATIONS);
    classPath.add(Javac.compile(build.resolve(application + "-split"), List.of(), "split"));
    classPath.add(compile(build.resolve(application + "-classes"), classPath, application));
    return classPath;
  }

  private Path compile(Path into, List<Path> classPath, String application) throws Exception {
    Files.createDirectories(into);
    List<String> arguments = new ArrayList<>();
    // The compiler works for a few seconds, which an optimising one would spend on it.
    arguments.add("-XX:TieredStopAtLevel=1");
    arguments.addAll(List.of("-cp", Javac.classPath(Built.libraries(host)), mainClass));
    arguments.addAll(options);
    arguments.addAll(List.of("-cp", Javac.classPath(classPath), "-d", into.toString()));
    for (Path source : Built.sources(application, ending)) {
      arguments.add(source.toString());
    }
    Run run = Run.of(Path.of(System.getProperty("java.home")), "java", into, arguments);
    if (run.exit() != 0) {
      throw new IllegalStateException(run.toString());
    }
    return into;
  }
}
