package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.bootstrap.GateLinker;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.Map;
import java.util.Properties;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classes whose loader gives another file of them than it has loaded: attaching to these. */
class OtherFilesTest {
  private static final String PLAY =
      """
      package p;
      public class Play {
        @dev.turnout.Flagged("f")
        public String play() { return "new"; }

        public String playFallback() { return "old"; }
      }
      """;

  @TempDir Path directory;
  private byte[] loaded;
  private byte[] given;

  @BeforeEach
  void compile() throws IOException {
    loaded = WrittenClasses.compile(Map.of("p.Play", PLAY)).get("p.Play");
    String unflagged = PLAY.replace("@dev.turnout.Flagged(\"f\")", "");
    given = WrittenClasses.compile(Map.of("p.Play", unflagged)).get("p.Play");
    Files.writeString(directory.resolve("flags.yaml"), "flags: {f: {percentage: 0}}");
  }

  @AfterEach
  void disconnect() {
    GateLinker.connect(null);
  }

  private final class Loader extends ClassLoader {
    Loader() {
      super(OtherFilesTest.class.getClassLoader());
    }

    Object define(Path origin) throws Exception {
      URL location = origin.toUri().toURL();
      ProtectionDomain domain =
          new ProtectionDomain(new CodeSource(location, (Certificate[]) null), null);
      return defineClass("p.Play", loaded, 0, loaded.length, domain).getConstructor().newInstance();
    }

    @Override
    public InputStream getResourceAsStream(String name) {
      return name.equals("p/Play.class")
          ? new ByteArrayInputStream(given)
          : super.getResourceAsStream(name);
    }
  }

  private static Object play(Object target) throws ReflectiveOperationException {
    return target.getClass().getMethod("play").invoke(target);
  }

  private AgentRuntime runtime() {
    Options options =
        Options.read(
            "flags-file=%1$s/flags.yaml,state-directory=%1$s/state,force=true".formatted(directory),
            new Properties(),
            Map.of());
    return AgentMain.runtime(options, ByteBuddyAgent.install());
  }

  // As of a class that somebody gave its annotation while it was loaded.
  @Test
  void classThatAnEarlierAgentHadGated_isGatedAgain() throws Exception {
    AgentRuntime first = runtime();
    first.install();
    Object target = new Loader().define(directory.resolve("gone.jar"));
    assertThat(play(target)).isEqualTo("old");
    first.apply("detach");
    assertThat(play(target)).isEqualTo("new");

    AgentRuntime second = runtime();
    second.apply("attached");
    assertThat(play(target)).isEqualTo("old");
    second.apply("detach");
    assertThat(play(target)).isEqualTo("new");
  }

  // As of a loader that has its own classes before its parent's, and its parent's files first.
  @Test
  void classThatSaysWhereItsFileIs_isLookedForThereToo() throws Exception {
    Path origin = directory.resolve("classes");
    Files.createDirectories(origin.resolve("p"));
    Files.write(origin.resolve("p/Play.class"), loaded);
    Object target = new Loader().define(origin);
    AgentRuntime runtime = runtime();
    runtime.apply("attached");
    assertThat(play(target)).isEqualTo("old");
    runtime.apply("detach");
  }
}
