package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A small heap, and more users, rings and attributes than it could hold. */
class BoundedMemoryIT {
  private static final String MILLION = "1000000";
  private static final int KIB_ALLOWED = 1024;

  @TempDir Path directory;

  static List<Path> jdks() {
    return Jdks.all();
  }

  @BeforeEach
  void writeFlags() throws IOException {
    Files.writeString(
        directory.resolve("flags.yaml"),
        "flags:\n  checkout: {percentage: 50, rings: {internal: 100, beta: 50}}\n");
  }

  private Run run(Path jdk, String what) throws Exception {
    Path classes = Javac.compile(directory.resolve("classes"), List.of(Built.ANNOTATIONS), "many");
    Run run =
        Run.of(
            jdk,
            "java",
            directory,
            List.of(
                "-Xmx64m",
                "-XX:+UseSerialGC",
                GatedApp.agent(
                    "flags-file=%1$s/flags.yaml,state-directory=%1$s/state".formatted(directory)),
                "-cp",
                Javac.classPath(List.of(classes, Built.ANNOTATIONS)),
                "shop.Many",
                what,
                MILLION));
    assertThat(run.exit()).as(run.toString()).isZero();
    assertThat(run.agentLines()).containsExactly("[turnout] flag checkout: 50 %");
    return run;
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void aMillionKeys_leaveNothingBehind(Path jdk) throws Exception {
    assertThat(Integer.parseInt(run(jdk, "keys").answer("grown"))).isLessThan(KIB_ALLOWED);
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void aMillionContexts_eachWithARingAndAnAttributeOfItsOwn_leaveNothingBehind(Path jdk)
      throws Exception {
    assertThat(Integer.parseInt(run(jdk, "contexts").answer("grown"))).isLessThan(KIB_ALLOWED);
  }
}
