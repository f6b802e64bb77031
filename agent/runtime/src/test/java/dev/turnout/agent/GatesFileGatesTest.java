package dev.turnout.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.turnout.bootstrap.GateLinker;
import dev.turnout.flags.PathCounts;
import dev.turnout.flags.Report;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.ConnectableFlux;

/** Gates that a file names, in a class that nobody annotated. */
class GatesFileGatesTest {
  private static final String LEGACY = Legacy.class.getName();
  private static final String ORDER = LEGACY + "$Order";

  private static final String FLAGGED_GAME =
      """
      package p;
      public class Game {
        @dev.turnout.Flagged("new_play") public String play() { return "new"; }
        String playFallback() { return "old"; }
      }
      """;

  @TempDir Path directory;
  private final Properties system = new Properties();
  private AgentRuntime runtime;
  private Class<?> type;
  private Object target;
  private Object order;
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

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
            system,
            Map.of());
    runtime = InstalledAgent.with(options);
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

  // As Spring makes them of a class that it intercepts, with methods of its own.
  @Test
  void callThroughAProxy_isObservedOnce() throws Exception {
    install("observe: [{methods: 'p.*#*', name: p}]");
    String proxy = "Repo$$SpringCGLIB$$0";
    String written =
        """
        package p;
        public class %s extends Repo {
          @Override public String find() { CGLIB$BIND(); return super.find(); }
          private static void CGLIB$BIND() {}
        }
        """
            .formatted(proxy);
    String repo = "package p; public class Repo { public String find() { return \"found\"; } }";
    Map<String, byte[]> compiled =
        WrittenClasses.compile(Map.of("p.Repo", repo, "p." + proxy, written));
    ClassLoader loader =
        new WrittenClasses(getClass().getClassLoader(), compiled, "p.Repo", "p." + proxy);
    Class<?> proxied = loader.loadClass("p." + proxy);
    Object found = proxied.getMethod("find").invoke(proxied.getConstructor().newInstance());
    assertThat(found).isEqualTo("found");
    assertThat(counts("p").calls()).isEqualTo(1);
    assertThat(runtime.gates()).singleElement().matches(Report.Gate::wired);
  }

  // As of an application that is deployed anew, with a flag where there was none before.
  @Test
  void observedMethod_thatAnotherClassOfTheNameHasFlagged_isRoutedThere() throws Exception {
    system.setProperty("turnout.flag.new_play", "on");
    install("observe: [{methods: 'p.*#*', name: p}]");
    String plain = "package p; public class Game { public String play() { return \"plain\"; } }";
    assertThat(playGame(plain)).isEqualTo("plain");
    assertThat(playGame(FLAGGED_GAME)).isEqualTo("new");
    await().untilAsserted(() -> assertThat(runtime.flags()).containsExactly("new_play"));
  }

  @Test
  void nameOfObserved_thatIsAFlagsElsewhere_isToldOnce_andTheGateWorks() throws Exception {
    String errors =
        errors(
            () -> {
              install("observe: [{methods: 'a.*#*', name: new_play}]");
              assertThat(playGame(FLAGGED_GAME)).isEqualTo("old");
              assertThat(playGame(FLAGGED_GAME)).isEqualTo("old");
              assertThat(runtime.gates()).singleElement().matches(Report.Gate::wired);
              AgentLog.line("after");
              await().until(() -> written.toString(UTF_8).contains("after"));
            });
    assertThat(errors)
        .containsOnlyOnce(
            "p.Game#play(): the gates file has observed methods counted under its flag's name too");
    assertThat(runtime.flags()).containsExactly("new_play");
  }

  private static Object playGame(String source) throws ReflectiveOperationException {
    Map<String, byte[]> compiled = WrittenClasses.compile(Map.of("p.Game", source));
    ClassLoader parent = GatesFileGatesTest.class.getClassLoader();
    Class<?> game = new WrittenClasses(parent, compiled, "p.Game").loadClass("p.Game");
    return game.getMethod("play").invoke(game.getConstructor().newInstance());
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
  void itselfAsFallback_refused() throws Exception {
    refused(
        "method: " + LEGACY + "#there, fallback: there",
        "no fallback: expected another method there with the same parameters");
  }

  @Test
  void keyOutOfRange_refused() throws Exception {
    refused("method: " + LEGACY + "#there, fallback: back, key: 1", "there is no parameter 1");
  }

  @Test
  void constructor_refusedByItself() throws Exception {
    install(
        """
        gates:
          - {method: "%1$s#<init>", flag: f, fallback: back}
          - {method: "%2$s#id", flag: f, fallback: nothing}
        """
            .formatted(LEGACY, ORDER));
    assertThat(runtime.gates())
        .hasSize(2)
        .anySatisfy(gate -> assertThat(gate.problem()).contains("a constructor cannot be gated"));
  }

  private String errors(ThrowingRunnable what) throws Exception {
    PrintStream before = System.err;
    System.setErr(new PrintStream(written, true, UTF_8));
    try {
      what.run();
    } finally {
      System.setErr(before);
    }
    return written.toString(UTF_8);
  }

  private interface ThrowingRunnable {
    void run() throws Exception;
  }

  @Test
  void tooDeep_isOneLineAndNoGate() throws Exception {
    String errors = errors(() -> install("gates: " + "[".repeat(20_000)));
    // Lines of gates before may come late.
    assertThat(errors.lines().filter(line -> line.contains(directory.toString())))
        .singleElement()
        .asString()
        .startsWith("[turnout] " + directory.resolve("gates.yaml") + ": ")
        .contains("StackOverflowError")
        .endsWith("; the gates of this file are not there");
    assertThat(play()).isEqualTo("new a12");
  }

  @Test
  void unmet_toldOnce() throws Exception {
    String errors =
        errors(
            () -> {
              install(
                  """
                  gates:
                    - {method: "%s#there", flag: f, fallback: back}
                    - {method: "a.Missing#there", flag: f, fallback: back}
                  observe: [{methods: "a.missing.*#*", name: n}]
                  """
                      .formatted(LEGACY));
              runtime.tellUnmet(System.nanoTime() + TimeUnit.SECONDS.toNanos(59));
              assertThat(runtime.unmet()).isEmpty();
              AgentLog.line("before");
              runtime.tellUnmet(System.nanoTime() + TimeUnit.SECONDS.toNanos(61));
              runtime.tellUnmet(System.nanoTime() + TimeUnit.SECONDS.toNanos(61));
              AgentLog.line("after");
              await().until(() -> written.toString(UTF_8).contains("after"));
            });
    assertThat(errors).containsOnlyOnce("no class a.Missing was loaded so far");
    assertThat(errors).containsOnlyOnce("no method that this matches was loaded so far");
    assertThat(errors.indexOf("before")).isLessThan(errors.indexOf("a.Missing"));
    assertThat(runtime.apply("status"))
        .contains("\"unmet\":[\"", "no class a.Missing was loaded", "none will be observed as n");
  }

  @Test
  void brokenFlagsFile_isInTheStatus() throws Exception {
    Files.writeString(directory.resolve("flags.yaml"), "flags: {f: {percentage: much}}");
    install("gates: [{method: \"%s#there\", flag: f, fallback: back}]".formatted(LEGACY));
    await()
        .untilAsserted(
            () ->
                assertThat(runtime.apply("status"))
                    .contains("the flags file is wrong, what was read last stays in force"));
  }

  @Test
  void unmet_withoutAnyGate_noThread() throws Exception {
    install("gates: [{method: a.Missing#there, flag: f}]");
    assertThat(play()).isEqualTo("new a12");
    runtime.tellUnmet(System.nanoTime() + TimeUnit.SECONDS.toNanos(61));
    assertThat(runtime.engine()).isNull();
    assertThat(runtime.apply("status")).contains("no class a.Missing was loaded so far");
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("turnout-gates", "turnout-engine");
  }

  @Test
  void unmet_withoutAnyGate_isToldAfterAWhile() throws Exception {
    String errors =
        errors(
            () -> {
              install("gates: [{method: a.Missing#there, flag: f}]");
              runtime.tellEarly(System.nanoTime() + TimeUnit.SECONDS.toNanos(59));
              AgentLog.line("before");
              runtime.tellEarly(System.nanoTime() + TimeUnit.SECONDS.toNanos(61));
              runtime.tellEarly(System.nanoTime() + TimeUnit.SECONDS.toNanos(61));
              assertThat(runtime.engine()).isNull();
              await().until(() -> written.toString(UTF_8).contains("a.Missing"));
            });
    assertThat(errors).containsOnlyOnce("no class a.Missing was loaded so far");
    assertThat(errors.indexOf("before")).isLessThan(errors.indexOf("a.Missing"));
  }

  @Test
  void annotatedClassThatTheFileNamesToo_wasLoaded() throws Exception {
    install(
        "gates: [{method: \"%s#plain\", flag: f, fallback: plainFallback}]"
            .formatted(Subjects.class.getName()));
    Class.forName(Subjects.class.getName(), true, new FreshLoader());
    runtime.tellUnmet(System.nanoTime() + TimeUnit.SECONDS.toNanos(61));
    assertThat(runtime.unmet()).isEmpty();
  }

  @Test
  void fallbackOfTheSameName_takesTheFailureToo() throws Exception {
    install("gates: [{method: \"%s#again()\", flag: f, fallback: again}]".formatted(LEGACY));
    Method again = type.getDeclaredMethod("again");
    again.setAccessible(true);
    assertThat(again.invoke(target)).isEqualTo("again after null");
  }

  @Test
  void ignoredThatIsNoException_isToldOnce_andTheGateWorks() throws Exception {
    String gates =
        """
        gates:
          - method: %s#play(%s, int)
            flag: f
            fallback: playOld
            ignore: [a.Gone, java.lang.String, java.io.Serializable]
        """
            .formatted(LEGACY, ORDER);
    String problem = "no failure can be ignored as a.Gone (no such class), java.lang.String (not";
    String errors =
        errors(
            () -> {
              install(gates);
              assertThat(play()).isEqualTo("old a12");
              assertThat(runtime.gates())
                  .singleElement()
                  .matches(Report.Gate::wired)
                  .satisfies(gate -> assertThat(gate.problem()).startsWith(problem));
              ByteBuddyAgent.install().retransformClasses(type);
              runtime.gates();
              assertThat(play()).isEqualTo("old a12");
              assertThat(runtime.apply("status")).contains(problem);
              AgentLog.line("after");
              await().until(() -> written.toString(UTF_8).contains("after"));
            });
    assertThat(errors).containsOnlyOnce("int): " + problem).doesNotContain("Serializable");
  }

  @Test
  void problemsThatTakeTurns_areToldOnceEach_andNeverMoreThanFour() throws Exception {
    String errors =
        errors(
            () -> {
              install("gates: []");
              ClassLoader loader = getClass().getClassLoader();
              for (int load = 0; load < 3; load++) {
                runtime.doubtful(loader, "f", "a.B#c()", "one thing");
                runtime.doubtful(loader, "f", "a.B#c()", "another");
                runtime.gates();
              }
              for (int load = 0; load < 9; load++) {
                runtime.doubtful(loader, "f", "a.B#c()", "seen @" + load);
                runtime.gates();
              }
              AgentLog.line("after");
              await().until(() -> written.toString(UTF_8).contains("after"));
            });
    assertThat(errors.lines().filter(line -> line.contains("a.B#c()")))
        .extracting(line -> line.substring(line.indexOf("): ") + 3))
        .containsExactly("one thing", "another", "seen @0", "seen @1");
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

  private Object following(String name) throws ReflectiveOperationException {
    Class<?> subjects = new FreshLoader().loadClass(SubjectsThatFollow.class.getName());
    Method method = subjects.getDeclaredMethod(name);
    method.setAccessible(true);
    return method.invoke(null);
  }

  @Test
  void methodsThatMeasuringCalls_areMeasuredWithoutEnd() throws Exception {
    install("observe: [{methods: 'dev.turnout.agent.SubjectsThatFollow*#*', name: o}]");
    assertThat(following("future")).isEqualTo("done!");
    assertThat(counts("o").calls()).isGreaterThan(1);
  }

  @Test
  void publisherThatCanDoMore_staysWhatItIs() throws Exception {
    install("observe: [{methods: 'dev.turnout.agent.SubjectsThatFollow#*', name: o}]");
    assertThat(following("hot")).isInstanceOf(ConnectableFlux.class);
  }

  @Test
  void fallbackOfASuperclass_thatIsGatedThere_isRefused() throws Exception {
    install(
        """
        gates:
          - {method: "dev.turnout.agent.SubjectsOfLegacy#play()", flag: f, fallback: base}
          - {method: "dev.turnout.agent.SubjectsOfLegacyBase#base()", flag: f, fallback: last}
        """);
    Class<?> child = new FreshLoader().loadClass(SubjectsOfLegacy.class.getName());
    assertThat(child.getMethod("play").invoke(child.getDeclaredConstructor().newInstance()))
        .isEqualTo("new");
    assertThat(runtime.gates())
        .anyMatch(gate -> String.valueOf(gate.problem()).contains("base is flagged itself"));
  }
}
