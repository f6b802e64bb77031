package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.bootstrap.GateLinker;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** What the status says of where trips are kept. */
class StateDirectoryTest {
  @TempDir Path directory;
  private AgentRuntime runtime;

  @AfterEach
  void uninstall() {
    runtime.close();
    GateLinker.connect(null);
  }

  private JsonNode stateDirectory(Path state) throws Exception {
    Path flags = Files.writeString(directory.resolve("flags.yaml"), "flags: {f: {percentage: 1}}");
    runtime = InstalledAgent.with("state-directory=" + state + ",flags-file=" + flags);
    Class.forName(Subjects.class.getName(), true, new FreshLoader());
    await().until(() -> runtime.engine() != null);
    // Flags are read after the trips are.
    await().until(() -> runtime.apply("status").contains("\"name\":\"f\""));
    return new ObjectMapper().readTree(runtime.apply("status")).get("state_directory");
  }

  @Test
  void fileInItsPlace_isAProblem() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "");
    JsonNode told = stateDirectory(file.resolve("state"));
    assertThat(told.get("path").asString()).isEqualTo(file.resolve("state").toString());
    assertThat(told.get("problem").asString()).isEqualTo(file + " is no directory");
  }

  @Test
  void notThereYet_isNone_andIsNotMade() throws Exception {
    JsonNode told = stateDirectory(directory.resolve("new/state"));
    assertThat(told.get("problem").isNull()).isTrue();
    assertThat(directory.resolve("new")).doesNotExist();
  }
}
