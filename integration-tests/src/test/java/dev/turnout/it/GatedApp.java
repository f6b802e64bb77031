package dev.turnout.it;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An application that the agent has never seen, compiled in the test and run in its own JVM. */
final class GatedApp {
  private final Path directory;
  private final String mainClass;

  private GatedApp(Path directory, String mainClass) {
    this.directory = directory;
    this.mainClass = mainClass;
  }

  /** Compiles {@code apps/NAME.java} of the test resources into the directory. */
  static GatedApp compile(Path directory, String name) throws IOException {
    Javac.compile(directory, List.of(Built.ANNOTATIONS), name + ".java");
    return new GatedApp(directory, name);
  }

  /** Runs the application to its end. */
  Run run(Path jdk, List<String> jvmOptions, String... arguments)
      throws IOException, InterruptedException {
    return run(jdk, List.of(directory, Built.ANNOTATIONS), jvmOptions, arguments);
  }

  /** As {@link #run}, with the annotations left at home. */
  Run runWithoutAnnotations(Path jdk, List<String> jvmOptions, String... arguments)
      throws IOException, InterruptedException {
    return run(jdk, List.of(directory), jvmOptions, arguments);
  }

  private Run run(Path jdk, List<Path> classPath, List<String> jvmOptions, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(jvmOptions);
    command.add("-cp");
    command.add(Javac.classPath(classPath));
    command.add(mainClass);
    command.addAll(List.of(arguments));
    return Run.of(jdk, "java", directory, command);
  }

  static String agent(String options) {
    return "-javaagent:" + Built.AGENT + "=" + options;
  }
}
