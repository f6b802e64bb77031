package dev.turnout.it;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who may use whom: nothing imports upwards. */
class ModuleRulesIT {
  private static final Path ROOT = Path.of(System.getProperty("turnout.root"));

  @Test
  void modules_useOnlyWhatStandsBelow() {
    JavaClasses classes =
        new ClassFileImporter()
            .importPaths(
                Stream.of(
                        "annotations",
                        "flags",
                        "agent/bootstrap",
                        "control-client",
                        "agent/runtime",
                        "control-server",
                        "cli",
                        "sample-app")
                    .map(module -> ROOT.resolve(module).resolve("target/classes"))
                    .toList());
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage("dev.turnout..")
        .layer("annotations")
        .definedBy("dev.turnout", "dev.turnout.processor..")
        .layer("flags")
        .definedBy("dev.turnout.flags..")
        .layer("bootstrap")
        .definedBy("dev.turnout.bootstrap..")
        .layer("client")
        .definedBy("dev.turnout.client..")
        .layer("agent")
        .definedBy("dev.turnout.agent..")
        .layer("server")
        .definedBy("dev.turnout.server..")
        .layer("cli")
        .definedBy("dev.turnout.cli..")
        .layer("sample")
        .definedBy("dev.turnout.sample..")
        .whereLayer("annotations")
        .mayOnlyBeAccessedByLayers("sample")
        .whereLayer("bootstrap")
        .mayOnlyBeAccessedByLayers("agent")
        .whereLayer("flags")
        .mayOnlyBeAccessedByLayers("client", "agent", "server", "cli")
        .whereLayer("client")
        .mayOnlyBeAccessedByLayers("agent", "server", "cli")
        .whereLayer("agent")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("server")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("cli")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("sample")
        .mayNotBeAccessedByAnyLayer()
        .check(classes);
  }
}
