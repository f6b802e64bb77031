package dev.turnout.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The applications whose start is measured, and the agents that it is compared with; compiled on
 * the spot. Each application is told what to be and when it was begun, in milliseconds since 1970,
 * and prints what it took: processor time and time until it was ready, in seconds, and its peak of
 * memory, in MiB.
 */
final class StartUpApplications {
  private static final int FILES = 50;
  private static final int CLASSES_EACH = 100;
  private static final Path LIBRARIES = Path.of("benchmarks/target/dist/lib");
  private static final Path SPRING = Path.of("benchmarks/target/spring");

  private final Path classes;
  private final Path idleAgent;

  /** Compiles them below {@code directory}. */
  StartUpApplications(Path directory) throws IOException {
    classes = Files.createDirectories(directory.resolve("classes"));
    Path sources = Files.createDirectories(directory.resolve("sources"));
    List<Path> files = new ArrayList<>();
    for (int file = 0; file < FILES; file++) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < CLASSES_EACH; i++) {
        text.append(oneOfMany("C" + (file * CLASSES_EACH + i)));
      }
      files.add(Files.writeString(sources.resolve("F" + file + ".java"), text));
    }
    files.add(Files.writeString(sources.resolve("App.java"), APPLICATION));
    files.add(Files.writeString(sources.resolve("WebApp.java"), WEB_APPLICATION));
    files.add(Files.writeString(sources.resolve("Idle.java"), AGENTS));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of(
              "--release",
              "17",
              "-proc:none",
              "-parameters",
              "-d",
              classes.toString(),
              "-cp",
              annotations() + File.pathSeparator + spring());
      if (!compiler
          .getTask(null, manager, null, options, null, manager.getJavaFileObjectsFromPaths(files))
          .call()) {
        throw new IllegalStateException("the applications do not compile");
      }
    }
    idleAgent = packIdle(directory.resolve("idle.jar"));
  }

  /** The options to start an application out of a folder. */
  List<String> folder() throws IOException {
    return List.of("-cp", classes + File.pathSeparator + annotations());
  }

  /** The options to start an application out of {@code jar}, which is made. */
  List<String> jar(Path jar) throws IOException {
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> all = Files.list(classes)) {
      for (Path file : all.toList()) {
        out.putNextEntry(new ZipEntry(file.getFileName().toString()));
        Files.copy(file, out);
      }
    }
    return List.of("-cp", jar + File.pathSeparator + annotations());
  }

  /** The options to start the web application. */
  List<String> web() throws IOException {
    String all = String.join(File.pathSeparator, classes.toString(), annotations(), spring());
    return List.of("-cp", all);
  }

  /**
   * An agent that does nothing or, with the argument {@code shown}, is shown every class: the JVM
   * brings up instrumentation for any, shares less, and hands each class over as an array.
   */
  Path idleAgent() {
    return idleAgent;
  }

  // Out of the applications' folder: an agent's classes come from a jar, which takes a JVM a while.
  private Path packIdle(Path jar) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Premain-Class", "Idle");
    manifest.getMainAttributes().putValue("Can-Retransform-Classes", "true");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      for (String name : List.of("Idle.class", "Idle$Shown.class")) {
        out.putNextEntry(new ZipEntry(name));
        out.write(Files.readAllBytes(classes.resolve(name)));
        Files.delete(classes.resolve(name));
      }
    }
    return jar;
  }

  private static String annotations() throws IOException {
    return jars(LIBRARIES, "turnout-annotations");
  }

  private static String spring() throws IOException {
    return jars(SPRING, "");
  }

  private static String jars(Path directory, String prefix) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      String found =
          all.filter(jar -> jar.getFileName().toString().startsWith(prefix))
              .map(jar -> jar.toAbsolutePath().toString())
              .sorted()
              .collect(Collectors.joining(File.pathSeparator));
      if (found.isEmpty()) {
        throw new IllegalStateException("not built: mvn -DskipTests package");
      }
      return found;
    }
  }

  private static String oneOfMany(String name) {
    return """
        class %s implements Comparable<%1$s> {
          private final String name; private final int[] values; private long sum;
          %1$s(String name, int... values) { this.name = name; this.values = values; }
          long sum() { for (int value : values) { sum += value; } return sum; }
          String describe() { return name + " of " + values.length + " is " + sum(); }
          @Override public int compareTo(%1$s other) { return name.compareTo(other.name); }
          @Override public String toString() { return "[" + describe() + "]"; }
        }
        """
        .formatted(name);
  }

  private static final String APPLICATION =
      """
      import java.nio.file.*;
      public class App {
        public static void main(String[] arguments) throws Exception {
          boolean hello = arguments[0].equals("hello");
          for (int i = 0; i < (hello ? 0 : 5000); i++) {
            Class<?> type = Class.forName("C" + i);
            Object made = type.getDeclaredConstructors()[0].newInstance("c", new int[] {1, 2});
            if (made.toString().isEmpty()) { throw new IllegalStateException(); }
          }
          if (arguments[0].equals("flagged")) { Gated.call("user"); }
          ready(arguments[1], hello ? 500 : 3000);
        }
        static void ready(String begun, long more) throws Exception {
          double ready = (System.currentTimeMillis() - Long.parseLong(begun)) / 1000.0;
          // What the agent does in the background is its cost too.
          Thread.sleep(more);
          double cpu =
              ProcessHandle.current().info().totalCpuDuration().get().toMillis() / 1000.0;
          double peak = 0;
          for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
              peak = Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024;
            }
          }
          System.out.println(cpu + " " + ready + " " + peak);
        }
      }
      class Gated {
        @dev.turnout.Flagged("f") static String call(@dev.turnout.FlagKey String user) {
          return "new";
        }
        static String callFallback(String user) { return "old"; }
      }
      """;

  // Ready is when it has answered.
  private static final String WEB_APPLICATION =
      """
      import java.net.URI;
      import java.util.Map;
      import org.springframework.boot.SpringApplication;
      import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
      import org.springframework.web.bind.annotation.*;
      @EnableAutoConfiguration @RestController
      public class WebApp {
        private static boolean flagged;
        @GetMapping("/hello") public String hello() {
          return flagged ? Gated.call("user") : "hello";
        }
        public static void main(String[] arguments) throws Exception {
          flagged = arguments[0].equals("flagged");
          SpringApplication application = new SpringApplication(WebApp.class);
          application.setDefaultProperties(
              Map.of(
                  "server.port", "0",
                  "spring.main.banner-mode", "off",
                  "logging.level.root", "error"));
          try (var context = application.run()) {
            String port = context.getEnvironment().getProperty("local.server.port");
            try (var answer =
                URI.create("http://127.0.0.1:" + port + "/hello").toURL().openStream()) {
              if (answer.readAllBytes().length == 0) { throw new IllegalStateException(); }
            }
            App.ready(arguments[1], 3000);
          }
        }
      }
      """;

  private static final String AGENTS =
      """
      public class Idle {
        static class Shown implements java.lang.instrument.ClassFileTransformer {}
        public static void premain(
            String arguments, java.lang.instrument.Instrumentation instrumentation) {
          if (arguments != null) { instrumentation.addTransformer(new Shown(), true); }
        }
      }
      """;
}
