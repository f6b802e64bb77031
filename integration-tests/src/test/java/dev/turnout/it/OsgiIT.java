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
import org.junit.jupiter.params.provider.MethodSource;

/** A bundle in an OSGi framework, whose class loaders see only what they are told to see. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OsgiIT {
  @TempDir Path directory;
  private List<Path> framework;
  private Path bundle;

  static List<Path> jdks() {
    return Jdks.all();
  }

  @BeforeAll
  void pack(@TempDir Path build) throws Exception {
    List<Path> felix = Built.libraries("osgi");
    framework = new ArrayList<>(felix);
    framework.add(Javac.compile(build.resolve("launcher"), felix, "osgi"));
    List<Path> classPath = new ArrayList<>(felix);
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

  private Run run(Path jdk, String... settings) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-Xverify:all",
                HostAgent.half(directory),
                "-cp",
                Javac.classPath(framework),
                "launcher.Launcher",
                bundle.toString(),
                directory.resolve("cache").toString()));
    arguments.addAll(List.of(settings));
    Run run = Run.of(jdk, "java", directory, arguments);
    assertThat(run.exit()).as(run.toString()).isZero();
    return run;
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void bundleToldToSeeTheGate_isGated(Path jdk) throws Exception {
    Run run =
        run(
            jdk,
            "org.osgi.framework.bootdelegation=dev.turnout.bootstrap",
            "felix.bootdelegation.implicit=false");
    assertThat(run.answer("bundle")).isEqualTo(HostAgent.HALF);
  }

  // The framework shows code outside of bundles more than it shows a bundle's.
  @ParameterizedTest
  @MethodSource("jdks")
  void frameworkAsItComes_isGated(Path jdk) throws Exception {
    assertThat(run(jdk).answer("bundle")).isEqualTo(HostAgent.HALF);
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void gateHidden_isLeftAlone_withOneLine(Path jdk) throws Exception {
    Run run = run(jdk, "felix.bootdelegation.implicit=false");
    assertThat(run.answer("bundle")).isEqualTo("new 100 old 0");
    assertThat(run.agentLines().stream().filter(line -> line.contains("shop.Activator")))
        .singleElement()
        .asString()
        .contains("hides dev.turnout.bootstrap", "boot delegation");
  }
}
