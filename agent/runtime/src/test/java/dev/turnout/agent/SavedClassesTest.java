package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.bootstrap.GateLinker;
import dev.turnout.flags.Report;
import java.lang.instrument.ClassDefinition;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Class files that a tool has saved when they had their gates, and that the JVM gets again. */
class SavedClassesTest {
  private static final String PLAY =
      """
      package p;
      public class Play {
        @dev.turnout.Flagged("f")
        public String play() { return "new"; }

        public String playFallback() { return "old"; }

        @dev.turnout.Flagged(value = "g", onError = dev.turnout.Flagged.OnError.FALLBACK)
        public String recover() { return "new"; }

        public String recoverFallback() { return "old"; }

        public String watched() { return "same"; }
      }
      """;

  @TempDir Path directory;
  private final Instrumentation instrumentation = ByteBuddyAgent.install();
  private final Map<String, byte[]> saved = new ConcurrentHashMap<>();
  private final ClassFileTransformer saving =
      new ClassFileTransformer() {
        @Override
        public byte[] transform(
            ClassLoader loader,
            String className,
            Class<?> changed,
            ProtectionDomain domain,
            byte[] classFile) {
          if (className.equals("p/Play")) {
            saved.put("p.Play", classFile);
          }
          return null;
        }
      };
  private AgentRuntime runtime;
  private Class<?> type;

  @BeforeEach
  void install() throws Exception {
    Files.writeString(
        directory.resolve("flags.yaml"), "flags: {f: {percentage: 0}, g: {percentage: 0}}");
    Files.writeString(
        directory.resolve("gates.yaml"), "observe: [{methods: 'p.Play#watched', name: watched}]");
    runtime =
        InstalledAgent.with(
            "flags-file=%1$s/flags.yaml,gates-file=%1$s/gates.yaml,state-directory=%1$s/state"
                .formatted(directory));
    instrumentation.addTransformer(saving, true);
    type = load(WrittenClasses.compile(Map.of("p.Play", PLAY)));
  }

  @AfterEach
  void uninstall() {
    instrumentation.removeTransformer(saving);
    runtime.close();
    GateLinker.connect(null);
  }

  private Class<?> load(Map<String, byte[]> classes) throws ClassNotFoundException {
    return new WrittenClasses(getClass().getClassLoader(), classes, "p.Play").loadClass("p.Play");
  }

  private void assertEachCallCountsOnce(Class<?> called) throws ReflectiveOperationException {
    Object target = called.getConstructor().newInstance();
    Map<String, String> names = Map.of("f", "play", "g", "recover", "watched", "watched");
    for (Map.Entry<String, String> name : names.entrySet()) {
      long before = calls(name.getKey());
      called.getMethod(name.getValue()).invoke(target);
      assertThat(calls(name.getKey()) - before).as(name.getKey()).isEqualTo(1);
    }
    assertThat(runtime.gates()).hasSize(3).allMatch(Report.Gate::wired);
  }

  private long calls(String name) {
    return runtime.engine().recorders().total(name, false).calls();
  }

  @Test
  void savedClassFile_asTheBodyOfItsClass_getsNoSecondGate() throws Exception {
    assertEachCallCountsOnce(type);
    instrumentation.redefineClasses(new ClassDefinition(type, saved.get("p.Play")));
    assertEachCallCountsOnce(type);
    instrumentation.retransformClasses(type);
    assertEachCallCountsOnce(type);
  }

  @Test
  void savedClassFile_thatIsLoaded_getsNoSecondGate() throws Exception {
    assertEachCallCountsOnce(load(Map.of("p.Play", saved.get("p.Play"))));
  }
}
