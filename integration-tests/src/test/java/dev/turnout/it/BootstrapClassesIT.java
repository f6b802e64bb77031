package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
  private ReadyApp application;

  static List<Path> jdks() {
    return Jdks.all();
  }

  @BeforeEach
  void pack() throws Exception {
    application = ReadyApp.pack(directory);
  }

  private Run run(Path jdk, List<String> options, List<String> arguments) throws Exception {
    Run run = Run.of(jdk, "java", directory, application.arguments(options, arguments));
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
    Run run = run(jdk, List.of("-Xverify:all", application.agent()), names());
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
    Run made = application.run(jdk, "-XX:ArchiveClassesAtExit=" + archive);
    assertThat(archive).as(made.toString()).exists();

    Run run =
        run(
            jdk,
            List.of(
                "-XX:SharedArchiveFile=" + archive,
                "-Xlog:class+load:file=" + log,
                application.agent()),
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
    String option = application.agent().replace(Built.AGENT.toString(), agent.toString());
    Run run = run(jdk, List.of(option), List.of("GateSite"));
    assertThat(run.answer("GateSite")).isEqualTo("null");
    assertThat(run.err()).contains(SHARING_ENDS);
  }
}
