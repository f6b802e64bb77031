package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A security manager whose policy allows everything to the agent's jar and hardly anything to the
 * application, whose calls the agent's code runs beneath.
 */
class SecurityManagerIT {
  private static final int LAST_TO_HAVE_ONE = 23;

  @TempDir Path directory;

  static Stream<Arguments> ways() {
    return Jdks.all().stream()
        .filter(jdk -> Jdks.feature(jdk) <= LAST_TO_HAVE_ONE)
        .flatMap(jdk -> Stream.of(Arguments.of(jdk, true), Arguments.of(jdk, false)));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void gatesLinkAndDecide(Path jdk, boolean fromTheStart) throws Exception {
    GatedApp app = GatedApp.compile(directory, "Managed");
    Files.writeString(
        directory.resolve("flags.yaml"), "flags: {early: {percentage: 0}, late: {percentage: 0}}");
    Path policy =
        Files.writeString(
            directory.resolve("policy"),
            """
            grant codeBase "file:%s" { permission java.security.AllPermission; };
            grant { permission java.lang.RuntimePermission "setSecurityManager"; };
            """
                .formatted(Built.AGENT.toAbsolutePath()));
    List<String> options = new ArrayList<>();
    options.add(
        GatedApp.agent(
            "flags-file=%1$s/flags.yaml,state-directory=%1$s/state".formatted(directory)));
    options.add("-Djava.security.manager" + (fromTheStart ? "" : "=allow"));
    options.add("-Djava.security.policy==" + policy);

    String[] arguments = fromTheStart ? new String[0] : new String[] {"sets"};
    Run run = app.run(jdk, options, arguments);

    assertThat(run.exit()).as(run.toString()).isZero();
    assertThat(run.answer("managed")).as(run.toString()).isEqualTo("true");
    assertThat(run.answer("early")).as(run.toString()).isEqualTo("old");
    assertThat(run.answer("late")).as(run.toString()).isEqualTo("old");
    assertThat(run.answer("again")).as(run.toString()).isEqualTo("old");
    assertThat(run.answer("refused")).as(run.toString()).contains("user.home");
  }
}
