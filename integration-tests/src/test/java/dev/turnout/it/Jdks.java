package dev.turnout.it;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The JDKs to test on: those that {@code TURNOUT_TEST_JDKS} lists (paths, separated as in a class
 * path), else the one that runs the tests, Java 17 and the newest long-term release found under the
 * usual folders.
 */
final class Jdks {
  private static final List<Integer> LONG_TERM = List.of(17, 21, 25, 29);

  private Jdks() {}

  static List<Path> all() {
    String listed = System.getenv("TURNOUT_TEST_JDKS");
    if (listed != null && !listed.isBlank()) {
      return Stream.of(listed.split(File.pathSeparator)).map(Path::of).toList();
    }
    TreeMap<Integer, Path> found = new TreeMap<>();
    for (Path folder :
        List.of(Path.of("/usr/lib/jvm"), home(".sdkman/candidates/java"), home(".jdks"))) {
      if (Files.isDirectory(folder)) {
        try (Stream<Path> candidates = Files.list(folder)) {
          candidates.sorted().forEach(jdk -> add(found, jdk));
        } catch (IOException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    Path running = Path.of(System.getProperty("java.home"));
    Map<Integer, Path> chosen = new LinkedHashMap<>();
    chosen.put(Runtime.version().feature(), running);
    if (found.containsKey(17)) {
      chosen.putIfAbsent(17, found.get(17));
    }
    if (!found.isEmpty()) {
      chosen.putIfAbsent(found.lastKey(), found.lastEntry().getValue());
    }
    return List.copyOf(chosen.values());
  }

  private static Path home(String below) {
    return Path.of(System.getProperty("user.home"), below);
  }

  /** The release of a JDK: 17, 21 and so on. */
  static int feature(Path jdk) {
    return version(jdk).feature();
  }

  /** The whole version of a JDK. */
  static Runtime.Version version(Path jdk) {
    Properties properties = new Properties();
    try (var in = Files.newInputStream(jdk.resolve("release"))) {
      properties.load(in);
    } catch (IOException e) {
      throw new IllegalStateException("no JDK: " + jdk, e);
    }
    String version = properties.getProperty("JAVA_VERSION", "0").replace("\"", "");
    return Runtime.Version.parse(version.replaceAll("_.*", ""));
  }

  private static void add(Map<Integer, Path> found, Path jdk) {
    if (Files.isRegularFile(jdk.resolve("release"))
        && Files.isExecutable(jdk.resolve("bin/java"))) {
      int feature = feature(jdk);
      if (LONG_TERM.contains(feature)) {
        found.putIfAbsent(feature, jdk);
      }
    }
  }
}
