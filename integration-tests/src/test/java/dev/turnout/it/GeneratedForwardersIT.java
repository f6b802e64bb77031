package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compilers copy annotations to methods that only call the annotated one (static forwarders,
 * overloads for default parameters): a call through them is one call, decided once.
 */
class GeneratedForwardersIT {
  @TempDir static Path directory;
  private static Run kotlin;

  private static Run run(JvmLanguage language, String application, String main) throws Exception {
    List<Path> classPath = language.application(directory, application);
    Path jdk = Path.of(System.getProperty("java.home"));
    List<String> arguments =
        List.of(HostAgent.half(directory), "-cp", Javac.classPath(classPath), main);
    return Run.of(jdk, "java", directory, arguments);
  }

  @BeforeAll
  static void runKotlin() throws Exception {
    kotlin = run(JvmLanguage.KOTLIN, "kotlin-forwarders", "shop.ForwardersKt");
  }

  private static void isAboutHalf(Run run, String word) {
    assertThat(Integer.parseInt(run.answer(word))).as(run.toString()).isBetween(45, 55);
  }

  @Test
  void kotlinStaticForwarder_isDecidedOnce() throws Exception {
    isAboutHalf(kotlin, "static");
  }

  @Test
  void kotlinOverload_isDecidedOnce() throws Exception {
    isAboutHalf(kotlin, "overload");
  }

  // Its callers hold its body: a gate in the method itself is never reached.
  @Test
  void kotlinInlineFunction_isGatedOrRefusedInOneLine() throws Exception {
    assertThat(
            kotlin.answer("inline").equals(HostAgent.HALF)
                || kotlin.agentLines().stream().anyMatch(it -> it.contains("shop.Inlined#pay")))
        .as(kotlin.toString())
        .isTrue();
  }

  @Test
  void groovyOverload_isDecidedOnce() throws Exception {
    isAboutHalf(run(JvmLanguage.GROOVY, "groovy-forwarders", "shop.Forwarders"), "overload");
  }
}
