package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A Spring Boot application in one jar, its libraries as jars inside. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SpringBootIT {
  @TempDir Path directory;
  private Path shop;

  static List<Path> jdks() {
    return Jdks.all();
  }

  @BeforeAll
  void pack(@TempDir Path build) throws Exception {
    List<Path> libraries = new ArrayList<>(Built.libraries("spring-boot"));
    libraries.add(Built.ANNOTATIONS);
    Path classes = Javac.compile(build.resolve("classes"), libraries, "split", "spring-boot");
    shop = FatJar.pack(build.resolve("shop.jar"), "shop.ShopApplication", classes, libraries);
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void servicesAndProxies_areGated_withTheApplicationsOwnLibraries(Path jdk) throws Exception {
    Run run =
        Run.of(
            jdk,
            "java",
            directory,
            List.of("-Xverify:all", HostAgent.half(directory), "-jar", shop.toString()));
    assertThat(run.exit()).as(run.toString()).isZero();
    assertThat(run.answer("service")).isEqualTo(HostAgent.HALF);
    assertThat(run.answer("proxied")).isEqualTo("true");
    assertThat(run.answer("proxy")).isEqualTo(HostAgent.HALF);
    assertThat(run.answer("meter")).isEqualTo("1.0");
    assertThat(run.answer("json")).isEqualTo("[1,2]");
    assertThat(run.answer("jackson")).isEqualTo(version(shopLibrary("jackson-databind")));
    assertThat(run.agentLines()).noneMatch(line -> line.contains("MISWIRED"));
  }

  private static String shopLibrary(String start) throws Exception {
    return Built.libraries("spring-boot").stream()
        .map(file -> file.getFileName().toString())
        .filter(name -> name.startsWith(start))
        .findFirst()
        .orElseThrow();
  }

  private static String version(String jar) {
    return jar.substring(jar.lastIndexOf('-') + 1, jar.length() - ".jar".length());
  }
}
