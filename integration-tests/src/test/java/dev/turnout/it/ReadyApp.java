package dev.turnout.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An application in a jar, since classes in a folder are not shared, whose one flag is off by the
 * flags file: it answers {@code old} where its gate is in place.
 *
 * @param directory where it is, and all that it writes
 * @param jar the application
 */
record ReadyApp(Path directory, Path jar) {
  /** Compiles and packs it. */
  static ReadyApp pack(Path directory) throws Exception {
    Path classes =
        Javac.compile(
            directory.resolve("classes"), List.of(Built.ANNOTATIONS), "checkout", "readiness");
    Files.writeString(directory.resolve("flags.yaml"), "flags: {checkout: {percentage: 0}}");
    return new ReadyApp(
        directory, Jars.pack(directory.resolve("application.jar"), classes, Map.of()));
  }

  /** The option that has a JVM run it under the agent. */
  String agent() {
    return GatedApp.agent("flags-file=%1$s/flags.yaml,state-directory=%1$s".formatted(directory));
  }

  /** Runs it in a JVM with these options, until it ends. */
  Run run(Path jdk, String... options) throws Exception {
    return Run.of(jdk, "java", directory, arguments(List.of(options), List.of()));
  }

  /** How it is called. */
  List<String> arguments(List<String> options, List<String> arguments) {
    List<String> all = new ArrayList<>(options);
    all.addAll(List.of("-cp", Javac.classPath(List.of(jar, Built.ANNOTATIONS)), "shop.Ready"));
    all.addAll(arguments);
    return all;
  }
}
