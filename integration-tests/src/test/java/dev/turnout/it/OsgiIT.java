package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A bundle in an OSGi framework, whose class loaders see only what they are told to see. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OsgiIT {
  private static final String FELIX = "felix";
  private static final String EQUINOX = "equinox";

  /** Neither framework shows more than it was told to. */
  private static final List<String> STRICT =
      List.of(
          "felix.bootdelegation.implicit=false",
          "osgi.compatibility.bootdelegation=false",
          "osgi.context.bootdelegation=false");

  @TempDir Path directory;
  private Path launcher;
  private Path bundle;

  static Stream<Arguments> frameworks() {
    return Jdks.all().stream()
        .flatMap(jdk -> Stream.of(FELIX, EQUINOX).map(name -> Arguments.of(jdk, name)));
  }

  @BeforeAll
  void pack(@TempDir Path build) throws Exception {
    List<Path> classPath = new ArrayList<>(Built.libraries(FELIX));
    launcher = Javac.compile(build.resolve("launcher"), classPath, "osgi");
    classPath.add(Built.ANNOTATIONS);
    Path classes = Javac.compile(build.resolve("shop"), classPath, "split", "bundle");
    bundle = build.resolve("shop.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(bundle), manifest());
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        Files.copy(file, out);
      }
      out.putNextEntry(new JarEntry("annotations.jar"));
      Files.copy(Built.ANNOTATIONS, out);
    }
  }

  private static Manifest manifest() {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.putValue("Bundle-ManifestVersion", "2");
    attributes.putValue("Bundle-SymbolicName", "shop");
    attributes.putValue("Bundle-Activator", "shop.Activator");
    attributes.putValue("Bundle-ClassPath", ".,annotations.jar");
    attributes.putValue("Import-Package", "org.osgi.framework");
    return manifest;
  }

  private List<String> arguments(String framework, List<String> settings) throws Exception {
    List<Path> classPath = new ArrayList<>(Built.libraries(framework));
    classPath.add(launcher);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-Xverify:all",
                HostAgent.half(directory),
                "-cp",
                Javac.classPath(classPath),
                "launcher.Launcher",
                bundle.toString(),
                directory.resolve("cache").toString()));
    arguments.addAll(settings);
    return arguments;
  }

  @ParameterizedTest
  @MethodSource("frameworks")
  void bundleToldToSeeTheGate_isGated(Path jdk, String framework) throws Exception {
    List<String> settings = new ArrayList<>(STRICT);
    settings.add("org.osgi.framework.bootdelegation=dev.turnout.bootstrap");
    Run run = Run.of(jdk, "java", directory, arguments(framework, settings));
    assertThat(run.exit()).as(run.toString()).isZero();
    assertThat(run.answer("bundle")).isEqualTo(HostAgent.HALF);
    assertThat(run.agentLines()).noneMatch(line -> line.contains("MISWIRED"));
  }

  // The frameworks show code outside of bundles more than they show a bundle's.
  @ParameterizedTest
  @MethodSource("frameworks")
  void frameworkAsItComes_isGated(Path jdk, String framework) throws Exception {
    Run run = Run.of(jdk, "java", directory, arguments(framework, List.of()));
    assertThat(run.exit()).as(run.toString()).isZero();
    assertThat(run.answer("bundle")).isEqualTo(HostAgent.HALF);
  }

  @ParameterizedTest
  @MethodSource("frameworks")
  void gateHidden_isLeftAlone_withOneLine(Path jdk, String framework) throws Exception {
    Run run =
        Run.untilSaid(jdk, directory, "hides dev.turnout.bootstrap", arguments(framework, STRICT));
    assertThat(run.exit()).as(run.toString()).isZero();
    assertThat(run.answer("bundle")).isEqualTo("new 100 old 0");
    assertThat(run.agentLines().stream().filter(line -> line.contains("shop.Activator")))
        .singleElement()
        .asString()
        .contains("MISWIRED", "hides dev.turnout.bootstrap", "boot delegation");
  }
}
