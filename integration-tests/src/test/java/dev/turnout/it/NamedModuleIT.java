package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An application that is a module and shows nothing of itself: the key lies in private records. And
 * a system class loader of the application's own, before it and around it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NamedModuleIT {
  private static final String OWN_LOADER = "-Djava.system.class.loader=loader.ShopLoader";

  @TempDir Path directory;
  private Path shop;
  private Path loader;

  static List<Path> jdks() {
    return Jdks.all();
  }

  @BeforeAll
  void compile(@TempDir Path build) throws Exception {
    shop =
        Javac.compileModule(build.resolve("shop"), List.of(Built.ANNOTATIONS), "split", "module");
    loader = Javac.compile(build.resolve("loader"), List.of(), "loader");
  }

  private Run run(Path jdk, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("-Xverify:all", HostAgent.half(directory)));
    all.addAll(List.of(arguments));
    Run run = Run.of(jdk, "java", directory, all);
    assertThat(run.exit()).as(run.toString()).isZero();
    assertThat(run.answer("method")).as(run.err()).isEqualTo(HostAgent.HALF);
    assertThat(run.answer("context")).as(run.err()).isEqualTo("settles [new, old]");
    assertThat(run.agentLines()).noneMatch(line -> line.contains("cannot"));
    return run;
  }

  private String path() {
    return Javac.classPath(List.of(shop, Built.ANNOTATIONS));
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void moduleThatOpensNothing_isGated(Path jdk) throws Exception {
    Run run = run(jdk, "--module-path", path(), "--module", "shop/shop.Main");
    assertThat(run.answer("module")).isEqualTo("shop");
  }

  // As whoever links a runtime image of their own makes them: that takes no automatic modules.
  @ParameterizedTest
  @MethodSource("jdks")
  void annotationsThatAreAModuleInFull_areAsGood(Path jdk) throws Exception {
    Path own = directory.resolve("annotations");
    try (JarFile jar = new JarFile(Built.ANNOTATIONS.toFile())) {
      for (JarEntry entry : Collections.list(jar.entries())) {
        if (entry.getName().endsWith(".class")) {
          Path file = own.resolve(entry.getName());
          Files.createDirectories(file.getParent());
          Files.copy(jar.getInputStream(entry), file);
        }
      }
    }
    Path info = own.resolve("module-info.java");
    Files.writeString(info, "module dev.turnout { exports dev.turnout; }");
    Run compiler =
        Run.of(
            jdk,
            "javac",
            directory,
            List.of("-d", "" + own, "--patch-module", "dev.turnout=" + own, "" + info));
    assertThat(compiler.exit()).as(compiler.toString()).isZero();
    String modules = Javac.classPath(List.of(shop, own));
    Run run = run(jdk, "--module-path", modules, "--module", "shop/shop.Main");
    assertThat(run.answer("module")).isEqualTo("shop");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void moduleUnderAnOwnSystemLoader_isGated(Path jdk) throws Exception {
    Run run =
        run(
            jdk,
            OWN_LOADER,
            "-Dshop.path=",
            "-cp",
            loader.toString(),
            "--module-path",
            path(),
            "--module",
            "shop/shop.Main");
    assertThat(run.answer("module")).isEqualTo("shop");
    assertThat(run.answer("system")).isEqualTo("loader.ShopLoader");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void classesOfAnOwnSystemLoader_areGated(Path jdk) throws Exception {
    Run run = run(jdk, OWN_LOADER, "-Dshop.path=" + path(), "-cp", loader.toString(), "shop.Main");
    assertThat(run.answer("module")).isEqualTo("null");
    assertThat(run.answer("loader")).isEqualTo("loader.ShopLoader");
  }
}
