package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.turnout.bootstrap.GateLinker;
import dev.turnout.flags.PathCounts;
import dev.turnout.flags.Report;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gates that a file names, in a class that nobody annotated. */
class GatesFileGatesTest {
  private static final String LEGACY = Legacy.class.getName();
  private static final String ORDER = LEGACY + "$Order";

  @TempDir Path directory;
  private AgentRuntime runtime;
  private Class<?> type;
  private Object target;
  private Object order;

  @BeforeEach
  void writeFlags() throws IOException {
    Files.writeString(directory.resolve("flags.yaml"), "flags: {f: {percentage: 0}}");
  }

  private void install(String gates) throws Exception {
    Files.writeString(directory.resolve("gates.yaml"), gates);
    Options options =
        Options.read(
            "flags-file=%1$s/flags.yaml,gates-file=%1$s/gates.yaml,state-directory=%1$s/state"
                .formatted(directory),
            new Properties(),
            Map.of());
    runtime = AgentMain.install(options, ByteBuddyAgent.install());
    ClassLoader loader = new FreshLoader();
    type = loader.loadClass(LEGACY);
    target = type.getDeclaredConstructor().newInstance();
    var constructor = loader.loadClass(ORDER).getDeclaredConstructors()[0];
    constructor.setAccessible(true);
    order = constructor.newInstance("a1");
  }

  @AfterEach
  void uninstall() {
    runtime.close();
    GateLinker.connect(null);
  }

  private String play() throws ReflectiveOperationException {
    Method method = type.getDeclaredMethod("play", order.getClass(), int.class);
    method.setAccessible(true);
    return (String) method.invoke(target, order, 2);
  }

  private Object measured(int value) throws ReflectiveOperationException {
    Method method = type.getDeclaredMethod("measured", int.class);
    method.setAccessible(true);
    return method.invoke(null, value);
  }

  private PathCounts counts(String name) {
    return runtime.engine().recorders().total(name, false);
  }

  @Test
  void namedMethod_isRouted() throws Exception {
    install(
        """
        gates:
          - method: %s#play(%s, int)
            flag: f
            fallback: playOld
            key: 0.id
        """
            .formatted(LEGACY, ORDER));
    assertThat(play()).isEqualTo("old a12");
    Files.writeString(directory.resolve("flags.yaml"), "flags: {f: {percentage: 100}}");
    await().untilAsserted(() -> assertThat(play()).isEqualTo("new a12"));
  }

  @Test
  void observed_isMeasuredAndRunsAsWritten() throws Exception {
    install(
        """
        observe:
          - methods: dev.turnout.agent.Leg*#*
            name: legacy
            except: ["*#there"]
        """);
    assertThat(measured(5)).isEqualTo(5);
    assertThatThrownBy(() -> measured(-1))
        .isInstanceOf(InvocationTargetException.class)
        .hasCauseInstanceOf(IllegalArgumentException.class);
    Method there = type.getDeclaredMethod("there");
    there.setAccessible(true);
    there.invoke(target);
    // The record's accessor, and its constructor not, is of a class that the pattern covers too.
    assertThat(play()).isEqualTo("new a12");
    assertThat(counts("legacy").calls()).isEqualTo(4);
    assertThat(counts("legacy").errors()).isEqualTo(1);
  }

  @Test
  void mostObserved_isTheMost() throws Exception {
    install(
        """
        observe: [{methods: "dev.turnout.agent.Legacy#*", name: legacy}]
        most_observed: 1
        """);
    assertThat(runtime.gates()).filteredOn(Report.Gate::wired).hasSize(1);
  }

  @Test
  void retransformedByAnyone_staysObserved() throws Exception {
    install(
        """
        observe: [{methods: "dev.turnout.agent.Legacy#*", name: legacy}]
        most_observed: 8
        """);
    ByteBuddyAgent.install().retransformClasses(type);
    ByteBuddyAgent.install().retransformClasses(type);
    measured(5);
    play();
    assertThat(counts("legacy").calls()).isEqualTo(2);
  }

  private void refused(String gate, String problem) throws Exception {
    install("gates:\n  - {flag: f, " + gate + "}\n");
    assertThat(play()).isEqualTo("new a12");
    assertThat(runtime.gates())
        .anySatisfy(
            found -> assertThat(found.problem()).contains("gates.yaml: line 2, column ", problem));
  }

  @Test
  void unknownMethod_refused() throws Exception {
    refused("method: " + LEGACY + "#pla", "there is no such method");
  }

  @Test
  void ambiguousOverload_refused() throws Exception {
    refused("method: " + LEGACY + "#play", "there are 2 such methods: name the parameters' types");
  }

  @Test
  void unknownFallback_refused() throws Exception {
    refused(
        "method: '%s#play(java.lang.String)', fallback: nothing".formatted(LEGACY),
        "no fallback: expected a method nothing");
  }

  @Test
  void keyOutOfRange_refused() throws Exception {
    refused("method: " + LEGACY + "#there, fallback: back, key: 1", "there is no parameter 1");
  }

  @Test
  void cyclicFallback_refused() throws Exception {
    install(
        """
        gates:
          - {method: "%1$s#there", flag: f, fallback: back}
          - {method: "%1$s#back", flag: f, fallback: there}
        """
            .formatted(LEGACY));
    assertThat(runtime.gates())
        .hasSize(2)
        .allSatisfy(gate -> assertThat(gate.problem()).contains("is flagged itself"));
  }
}
