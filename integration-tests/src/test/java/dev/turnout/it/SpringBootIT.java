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
  private Path actuator;

  static List<Path> jdks() {
    return Jdks.all();
  }

  @BeforeAll
  void pack(@TempDir Path build) throws Exception {
    List<Path> libraries = new ArrayList<>(Built.libraries("spring-boot"));
    libraries.add(Built.ANNOTATIONS);
    Path classes = Javac.compile(build.resolve("classes"), libraries, "split", "spring-boot");
    shop = FatJar.pack(build.resolve("shop.jar"), "shop.ShopApplication", classes, libraries);
    libraries.addAll(Built.libraries("spring-boot-actuator"));
    classes = Javac.compile(build.resolve("actuator"), libraries, "split", "checkout", "actuator");
    actuator =
        FatJar.pack(build.resolve("actuator.jar"), "shop.ActuatorApplication", classes, libraries);
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

  @ParameterizedTest
  @MethodSource("jdks")
  void actuator_showsTheAgentsMeters_withoutCodeOfTheApplication(Path jdk) throws Exception {
    Run run =
        Run.of(
            jdk,
            "java",
            directory,
            List.of(
                "-Dserver.port=0",
                "-Dmanagement.endpoints.web.exposure.include=metrics,prometheus",
                HostAgent.half(directory),
                "-jar",
                actuator.toString()));
    assertThat(run.exit()).as(run.toString()).isZero();
    assertThat(run.answer("service")).isEqualTo(HostAgent.HALF);
    assertThat(run.answer("names"))
        .contains(
            "\"turnout.calls\"",
            "\"turnout.decisions\"",
            "\"turnout.latency\"",
            "\"turnout.trips\"");
    for (String variant : List.of("on", "off")) {
      String calls = run.answer(variant) + ".0";
      assertThat(run.answer("metric-" + variant))
          .contains("{\"statistic\":\"COUNT\",\"value\":" + calls + "}");
      String tags = "flag=\"checkout\",outcome=\"success\",variant=\"" + variant + "\"";
      assertThat(run.answer("turnout_calls_total{" + tags + "}")).isEqualTo(calls);
    }
    assertThat(run.answer("turnout_trips")).isEqualTo("0.0");
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
