package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each internal step of the agent fails, every time: each call runs one path once all the same. */
class FaultsIT {
  private static final int CALLS = 4_000;

  @TempDir Path directory;
  private GatedApp shop;

  static Stream<Arguments> faults() {
    return Stream.of(
            "transform",
            "start",
            "link",
            "choose",
            "choose,tell",
            "begin",
            "succeeded",
            "failed",
            "tick",
            "thread",
            "begin,succeeded,failed,choose,tell,tick")
        .flatMap(fault -> Jdks.all().stream().map(jdk -> Arguments.of(fault, jdk)));
  }

  @BeforeEach
  void compile() throws IOException {
    shop = GatedApp.compile(directory, "Shop");
    Files.writeString(directory.resolve("flags.yaml"), "flags: {checkout: {percentage: 50}}");
  }

  @ParameterizedTest
  @MethodSource("faults")
  void internalFault_eachCallRunsOnePathOnce(String fault, Path jdk) throws Exception {
    String agent =
        GatedApp.agent(
            "flags-file=%1$s/flags.yaml,state-directory=%1$s/state".formatted(directory));
    Run run =
        shop.run(
            jdk,
            List.of("-Xverify:all", "-Dturnout.internal.faults=" + fault, agent),
            "burst=" + CALLS / 8,
            "linger=700",
            "fail",
            "burst=" + CALLS / 8,
            "counts");
    assertThat(run.exit()).as(run.toString()).isZero();
    String[] counts = run.answer("counts").split(" ", -1);
    assertThat(Long.parseLong(counts[0]) + Long.parseLong(counts[2])).isEqualTo(CALLS);
    assertThat(run.err()).doesNotContain("Exception in thread");
    assertThat(run.out()).isEqualTo("counts " + String.join(" ", counts) + "\n");
  }
}
