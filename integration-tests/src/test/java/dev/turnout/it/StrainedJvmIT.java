package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The methods of {@link KindsOfMethodIT}, called many times in JVMs whose options bring out
 * mistakes in bytecode and in what compilers make of it: all is as in a JVM without the options.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StrainedJvmIT {
  private static final int LINES = 27;

  // Options that a JVM does not know it ignores.
  private static final List<String> STRAINS =
      List.of(
          "-Xint",
          "-XX:TieredStopAtLevel=1 -Xbatch",
          // Compiled soon, and each of these shuffles what a compiler is free to choose.
          "-XX:-TieredCompilation -XX:CompileThreshold=50 -Xbatch -XX:+UnlockDiagnosticVMOptions"
              + " -XX:+StressLCM -XX:+StressGCM -XX:+StressIGVN -XX:+StressCCP"
              + " -XX:+StressIncrementalInlining -XX:+AlwaysIncrementalInline"
              + " -XX:+StressMethodHandleLinkerInlining -XX:+StressUnstableIfTraps"
              // To compile the whole agent's start so takes minutes.
              + " -XX:CompileCommand=quiet -XX:CompileCommand=compileonly,shop.*::*"
              + " -XX:CompileCommand=compileonly,dev.turnout.bootstrap.*::*"
              + " -XX:CompileCommand=compileonly,dev.turnout.agent.route.*::*",
          "-Djdk.reflect.useDirectMethodHandle=false -Djdk.reflect.useNativeAccessorOnly=true"
              + " -Djava.lang.invoke.MethodHandle.COMPILE_THRESHOLD=0 -esa -Xcheck:jni");

  // The JDK itself has no room for the list of classes that it makes for an agent.
  private static final Pattern OF_JNI =
      Pattern.compile("WARNING: JNI local refs.*\\R(\\s+(at|-) .*\\R)*");

  private final Map<Path, String> unstrained = new HashMap<>();
  private Path build;
  private Path classes;

  static Stream<Arguments> strains() {
    return STRAINS.stream()
        .flatMap(strain -> Jdks.all().stream().map(jdk -> Arguments.of(strain, jdk)));
  }

  @BeforeAll
  void compileAndRun(@TempDir Path directory) throws Exception {
    build = directory;
    classes = Javac.compile(build.resolve("classes"), List.of(Built.ANNOTATIONS), "split", "kinds");
    Files.writeString(build.resolve("flags.yaml"), KindsOfMethodIT.FLAGS);
    for (Path jdk : Jdks.all()) {
      unstrained.put(jdk, run(jdk, List.of()));
    }
  }

  private String run(Path jdk, List<String> options) throws Exception {
    List<String> arguments =
        new ArrayList<>(List.of("-Xverify:all", "-XX:+IgnoreUnrecognizedVMOptions"));
    arguments.addAll(options);
    arguments.add(
        GatedApp.agent("flags-file=%1$s/flags.yaml,state-directory=%1$s/state".formatted(build)));
    arguments.addAll(List.of("-cp", Javac.classPath(List.of(classes, Built.ANNOTATIONS))));
    arguments.add("shop.Kinds");
    Run run = Run.of(jdk, "java", build, arguments);
    assertThat(run.exit()).as(run.toString()).isZero();
    return OF_JNI.matcher(run.out()).replaceAll("");
  }

  @ParameterizedTest
  @MethodSource("strains")
  void strained_everyKindOfMethodDoesWhatItDoesElsewhere(String strain, Path jdk) throws Exception {
    assertThat(unstrained.get(jdk)).hasLineCount(LINES).contains(HostAgent.HALF);
    assertThat(run(jdk, List.of(strain.split(" ")))).isEqualTo(unstrained.get(jdk));
  }
}
