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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

        public String choose(long number, String name) { return "new"; }

        public String first(long number, String name) { return "first"; }

        public String second(long number, String name) { return "second"; }
      }
      """;

  private static final String ROUTED =
      "gates: [{method: p.Play#choose, flag: f, fallback: first, key: 1}]";

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
  void installAndSave() throws Exception {
    Files.writeString(
        directory.resolve("flags.yaml"), "flags: {f: {percentage: 0}, g: {percentage: 0}}");
    install("observe: [{methods: 'p.Play#watched', name: watched}]");
    type = load(WrittenClasses.compile(Map.of("p.Play", PLAY)));
  }

  private void install(String gates) throws Exception {
    Files.writeString(directory.resolve("gates.yaml"), gates);
    runtime =
        InstalledAgent.with(
            "flags-file=%1$s/flags.yaml,gates-file=%1$s/gates.yaml,state-directory=%1$s/state"
                .formatted(directory));
    instrumentation.addTransformer(saving, true);
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

  private void installAnew(String gates) throws Exception {
    uninstall();
    install(gates);
  }

  private byte[] savedWith(String gates) throws Exception {
    installAnew(gates);
    load(WrittenClasses.compile(Map.of("p.Play", PLAY)));
    return saved.get("p.Play");
  }

  private Report.Gate choosing() {
    return runtime.gates().stream()
        .filter(gate -> gate.method().startsWith("p.Play#choose("))
        .findFirst()
        .orElseThrow();
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

  @Test
  void classFile_thatWasSavedWithTheGateThatItWouldGet_keepsIt() throws Exception {
    byte[] file = savedWith(ROUTED);
    installAnew(ROUTED);
    Object target = load(Map.of("p.Play", file)).getConstructor().newInstance();
    Object chosen =
        target.getClass().getMethod("choose", long.class, String.class).invoke(target, 1, "key");
    assertThat(chosen).isEqualTo("first");
    assertThat(choosing().wired()).isTrue();
    assertThat(calls("f")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "observe: [{methods: 'p.Play#choose', name: g}]",
        "gates: [{method: p.Play#choose, flag: g, fallback: first, key: 1}]",
        "gates: [{method: p.Play#choose, flag: f, fallback: second, key: 1}]",
        "gates: [{method: p.Play#choose, flag: f, fallback: first, key: 0}]",
        "gates: [{method: p.Play#choose, flag: f, fallback: first}]",
        "gates: [{method: p.Play#choose, flag: f, fallback: first, key: 1, on_error: fallback}]",
        "gates: [{method: p.Play#choose, flag: f, fallback: first, key: 1, variants: {b: second}}]"
      })
  void classFile_thatWasSavedWithAnotherGate_isToldOf_andIsNotTakenForWired(String others)
      throws Exception {
    byte[] file = savedWith(others);
    installAnew(ROUTED);
    load(Map.of("p.Play", file));
    assertThat(choosing().flag()).isEqualTo("f");
    assertThat(choosing().wired()).isFalse();
    assertThat(choosing().problem())
        .contains(
            "its class file was saved with another gate: " + (others.contains(" g") ? "g" : "f"));
  }

  @Test
  void bodyOfALoadedClass_thatWasSavedWithAnotherGate_isToldOf_andIsNotTakenForWired()
      throws Exception {
    byte[] file = savedWith(ROUTED.replace("first", "second"));
    installAnew(ROUTED);
    type = load(WrittenClasses.compile(Map.of("p.Play", PLAY)));
    assertThat(choosing().wired()).isTrue();
    instrumentation.redefineClasses(new ClassDefinition(type, file));
    assertThat(choosing().wired()).isFalse();
    assertThat(choosing().problem()).contains("its class file was saved with another gate: f");
  }

  @Test
  void method_thatWasSavedWithAnotherGate_isNotObserved() throws Exception {
    byte[] file = savedWith(ROUTED);
    installAnew("observe: [{methods: 'p.Play#*', name: all}]");
    load(Map.of("p.Play", file));
    assertThat(runtime.gates())
        .filteredOn(gate -> gate.flag().equals("all"))
        .extracting(Report.Gate::method)
        .contains("p.Play#first(long,java.lang.String)")
        .noneMatch(method -> method.startsWith("p.Play#choose("));
  }
}
