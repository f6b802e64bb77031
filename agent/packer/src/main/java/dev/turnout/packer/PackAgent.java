package dev.turnout.packer;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Packs the agent jar from the command line:
 *
 * <pre>
 * PackAgent --out JAR --bootstrap JAR_OR_DIR --class-path PATH --license FILE
 *           --title TITLE --version VERSION --time INSTANT [--lenient true] [--without REGEX]
 * </pre>
 *
 * <p>With {@code --lenient true}, logging classes that are missing are told but do not fail the
 * build. Files of libraries whose names match {@code --without} are left out.
 */
public final class PackAgent {
  private PackAgent() {}

  /** Runs the tool. */
  public static void main(String[] args) throws IOException {
    Map<String, String> options = options(args);
    Path bootstrap = Path.of(required(options, "--bootstrap"));
    AgentJar jar = new AgentJar(Pattern.compile(options.getOrDefault("--without", "")));
    jar.addBootstrap(bootstrap);
    for (Path element : classPath(required(options, "--class-path"))) {
      if (!Files.isSameFile(element, bootstrap)) {
        jar.addLibrary(element);
      }
    }
    jar.prune();
    jar.unfoldLambdas();
    jar.slim();
    jar.addLicense(Path.of(required(options, "--license")));

    List<String> problems = jar.missingLoggingMembers();
    if (!problems.isEmpty()) {
      String text =
          "Libraries use parts of java.util.logging that the agent's stand-in does not have:\n  "
              + String.join("\n  ", problems);
      if (!Boolean.parseBoolean(options.get("--lenient"))) {
        throw new IllegalStateException(text);
      }
      System.out.println(text);
    }

    jar.write(
        Path.of(required(options, "--out")),
        required(options, "--title"),
        required(options, "--version"),
        Instant.parse(required(options, "--time")));
  }

  private static Map<String, String> options(String[] args) {
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i < args.length; i += 2) {
      if (!args[i].startsWith("--") || i + 1 == args.length) {
        throw new IllegalArgumentException("expected pairs of --option and value: " + args[i]);
      }
      options.put(args[i], args[i + 1]);
    }
    return options;
  }

  private static String required(Map<String, String> options, String name) {
    String value = options.get(name);
    if (value == null) {
      throw new IllegalArgumentException("missing option " + name);
    }
    return value;
  }

  private static List<Path> classPath(String text) {
    List<Path> paths = new ArrayList<>();
    for (String element : text.split(File.pathSeparator)) {
      if (Files.exists(Path.of(element))) {
        paths.add(Path.of(element));
      }
    }
    return paths;
  }
}
