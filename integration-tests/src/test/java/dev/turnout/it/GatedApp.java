package dev.turnout.it;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** An application that the agent has never seen, compiled in the test and run in its own JVM. */
final class GatedApp {
  private static final Path ROOT = Path.of(System.getProperty("turnout.root"));
  static final Path AGENT = ROOT.resolve("agent/runtime/target/turnout-agent.jar");
  private static final Path ANNOTATIONS =
      ROOT.resolve(
          "annotations/target/turnout-annotations-"
              + System.getProperty("turnout.version")
              + ".jar");

  private final Path directory;
  private final String mainClass;

  /** What a run left. */
  record Run(int exit, String out, String err) {}

  private GatedApp(Path directory, String mainClass) {
    this.directory = directory;
    this.mainClass = mainClass;
  }

  /** Compiles {@code apps/NAME.java} of the test resources into the directory. */
  static GatedApp compile(Path directory, String name) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Path source = ROOT.resolve("integration-tests/src/test/resources/apps/" + name + ".java");
    StringWriter problems = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  problems,
                  files,
                  null,
                  List.of(
                      "--release", "17", "-d", directory.toString(), "-cp", ANNOTATIONS.toString()),
                  null,
                  files.getJavaFileObjects(source))
              .call();
      if (!compiled) {
        throw new IllegalStateException(problems.toString());
      }
    }
    return new GatedApp(directory, name);
  }

  /** Runs the application to its end. */
  Run run(Path jdk, List<String> jvmOptions, String... arguments)
      throws IOException, InterruptedException {
    return run(jdk, directory + File.pathSeparator + ANNOTATIONS, jvmOptions, arguments);
  }

  /** As {@link #run}, with the annotations left at home. */
  Run runWithoutAnnotations(Path jdk, List<String> jvmOptions, String... arguments)
      throws IOException, InterruptedException {
    return run(jdk, directory.toString(), jvmOptions, arguments);
  }

  private Run run(Path jdk, String classPath, List<String> jvmOptions, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(jdk.resolve("bin/java").toString());
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(classPath);
    command.add(mainClass);
    command.addAll(List.of(arguments));
    Path out = directory.resolve("out.txt");
    Path err = directory.resolve("err.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("still running after a minute: " + Files.readString(err));
    }
    return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  static String agent(String options) {
    return "-javaagent:" + AGENT + "=" + options;
  }
}
