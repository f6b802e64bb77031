package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A module of JBoss Modules, as in WildFly: it sees the JDK, and what it names. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JbossModulesIT {
  @TempDir Path directory;
  private Path modules;

  static List<Path> jdks() {
    return Jdks.all();
  }

  @BeforeAll
  void layOut(@TempDir Path build) throws Exception {
    modules = build.resolve("modules");
    Path shop = Files.createDirectories(modules.resolve("shop/main"));
    Javac.compile(
        shop.resolve("classes"), List.of(Built.ANNOTATIONS), "split", "checkout", "modular");
    Files.copy(Built.ANNOTATIONS, shop.resolve("annotations.jar"));
    Files.writeString(
        shop.resolve("module.xml"),
        """
        <module xmlns="urn:jboss:module:1.9" name="shop">
          <main-class name="shop.Main"/>
          <resources>
            <resource-root path="classes"/>
            <resource-root path="annotations.jar"/>
          </resources>
        </module>
        """);
  }

  private List<String> arguments(String... options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("-Xverify:all", HostAgent.half(directory), "-jar"));
    arguments.add(Built.libraries("jboss-modules").get(0).toString());
    arguments.addAll(List.of("-mp", modules.toString(), "shop"));
    return arguments;
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void moduleToldToSeeTheGate_isGated(Path jdk) throws Exception {
    Run run =
        Run.of(
            jdk, "java", directory, arguments("-Djboss.modules.system.pkgs=dev.turnout.bootstrap"));
    assertThat(run.exit()).as(run.toString()).isZero();
    assertThat(run.answer("module")).isEqualTo(HostAgent.HALF);
    assertThat(run.agentLines()).noneMatch(line -> line.contains("MISWIRED"));
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void gateHidden_isLeftAlone_withOneLine(Path jdk) throws Exception {
    Run run = Run.untilSaid(jdk, directory, "hides dev.turnout.bootstrap", arguments());
    assertThat(run.exit()).as(run.toString()).isZero();
    assertThat(run.answer("module")).isEqualTo("new 100 old 0");
    assertThat(run.agentLines().stream().filter(line -> line.contains("shop.Checkout")))
        .singleElement()
        .asString()
        .contains("MISWIRED", "hides dev.turnout.bootstrap", "boot delegation");
  }
}
