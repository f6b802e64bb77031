package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How the classes that gated code refers to come to the loader that everybody asks. */
class BootstrapClassesIT {
  private static final String PACKAGE = "dev/turnout/bootstrap/";
  private static final String DEFINER = PACKAGE + "JdkDefiner.class";
  private static final String SHARING_ENDS = "Sharing is only supported for boot loader classes";

  /** What is on the class path, to bring the others. */
  private static final String NOT_BROUGHT =
      "TurnoutAgent|BootstrapClasses(\\$.*)?|JdkDefiner|package-info";

  @TempDir Path directory;
  private Path application;

  static List<Path> jdks() {
    return Jdks.all();
  }

  // A jar, because classes in a folder are not shared.
  @BeforeEach
  void pack() throws Exception {
    Path classes =
        Javac.compile(
            directory.resolve("classes"), List.of(Built.ANNOTATIONS), "checkout", "readiness");
    application = Jars.pack(directory.resolve("application.jar"), classes, Map.of());
    Files.writeString(directory.resolve("flags.yaml"), "flags: {checkout: {percentage: 0}}");
  }

  private Run run(Path jdk, Path agent, List<String> options, List<String> arguments)
      throws Exception {
    List<String> all = new ArrayList<>(options);
    all.add(
        GatedApp.agent("flags-file=%1$s/flags.yaml,state-directory=%1$s".formatted(directory))
            .replace(Built.AGENT.toString(), agent.toString()));
    all.addAll(List.of("-cp", Javac.classPath(List.of(application, Built.ANNOTATIONS))));
    all.add("shop.Ready");
    all.addAll(arguments);
    Run run = Run.of(jdk, "java", directory, all);
    assertThat(run.exit()).as(run.toString()).isZero();
    assertThat(run.answer("answer")).as(run.toString()).isEqualTo("old");
    return run;
  }

  private static List<String> names() {
    try (JarFile jar = new JarFile(Built.AGENT.toFile())) {
      return jar.stream()
          .map(JarEntry::getName)
          .filter(name -> name.startsWith(PACKAGE) && name.endsWith(".class"))
          .map(name -> name.substring(PACKAGE.length(), name.length() - ".class".length()))
          .filter(name -> !name.matches(NOT_BROUGHT))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void allOfThem_areOfTheBootstrapLoader_andNothingElseIsOpenedToTheApplication(Path jdk)
      throws Exception {
    Run run = run(jdk, Built.AGENT, List.of("-Xverify:all"), names());
    assertThat(names()).hasSizeBetween(10, 15);
    for (String name : names()) {
      assertThat(run.answer(name)).isEqualTo("null");
    }
    assertThat(run.answer("exported")).isEqualTo("false");
    assertThat(run.err()).doesNotContain("WARNING", "warning");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void archiveOfSharedClasses_isMadeUseOf(Path jdk) throws Exception {
    Path archive = directory.resolve("shared.jsa");
    Path log = directory.resolve("classes.log");
    // The JVM makes none while it has an agent.
    String classPath = Javac.classPath(List.of(application, Built.ANNOTATIONS));
    String make = "-XX:ArchiveClassesAtExit=" + archive;
    Run made = Run.of(jdk, "java", directory, List.of(make, "-cp", classPath, "shop.Ready"));
    assertThat(archive).as(made.toString()).exists();

    Run run =
        run(
            jdk,
            Built.AGENT,
            List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:class+load:file=" + log),
            List.of());
    assertThat(Files.readAllLines(log))
        .as(run.toString())
        .anyMatch(line -> line.matches(".* shop\\.Ready source: shared objects file.*"));
    assertThat(run.err()).doesNotContain(SHARING_ENDS);
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void jdkThatKeepsItsWaysToItself_theJarIsAppended_andGatesWorkAllTheSame(Path jdk)
      throws Exception {
    Path agent = directory.resolve("agent.jar");
    Jars.copyWithout(DEFINER, Built.AGENT, agent);
    Run run = run(jdk, agent, List.of(), List.of("GateSite"));
    assertThat(run.answer("GateSite")).isEqualTo("null");
    assertThat(run.err()).contains(SHARING_ENDS);
  }
}
