package dev.turnout.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.agent.measure.Recorders;
import dev.turnout.bootstrap.GateLinker;
import dev.turnout.client.codec.FlagsFileCodec;
import dev.turnout.flags.Caller;
import dev.turnout.flags.CompiledFlag;
import dev.turnout.flags.Decider;
import dev.turnout.flags.Host;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What gated calls of a flag with variants are counted as, and judged by. */
class GatedVariantsTest {
  private static final String FLAG =
      "flags:\n  f: {percentage: 50, variants: {good: 80, bad: 20}, revision: 3, limits: [%s]}\n";

  @TempDir Path directory;
  private AgentRuntime runtime;
  private Class<?> type;
  private Object target;
  private Class<?> shaped;
  private Object subject;

  @BeforeEach
  void install() throws Exception {
    runtime = InstalledAgent.in(directory, "flags: {f: {percentage: 0}}");
    ClassLoader loader = new FreshLoader();
    type = loader.loadClass(Subjects.class.getName());
    target = type.getDeclaredConstructor().newInstance();
    shaped = loader.loadClass(SubjectsOfVariants.class.getName());
    subject = shaped.getDeclaredConstructor().newInstance();
    await().until(() -> runtime.engine() != null);
  }

  @AfterEach
  void uninstall() {
    runtime.close();
    GateLinker.connect(null);
  }

  private Path flagsFile() {
    return directory.resolve("flags.yaml");
  }

  private void write(String content) throws IOException {
    Files.writeString(flagsFile(), content);
  }

  /** Puts the flag in force, and returns it for the test to decide by too. */
  private CompiledFlag turn(String limits) throws Exception {
    String content = FLAG.formatted(limits);
    write(content);
    CompiledFlag flag =
        Decider.compile(
                FlagsFileCodec.read("flags.yaml", content.getBytes(UTF_8), Instant.EPOCH),
                Host.UNKNOWN,
                Set.of(),
                () -> 0)
            .flag("f");
    assertThat(flag).isNotNull();
    String on = "user-0";
    for (int i = 1; !flag.decide(on, Caller.UNKNOWN).on(); i++) {
      on = "user-" + i;
    }
    String first = on;
    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() -> assertThat(text(first)).asString().startsWith("new"));
    return flag;
  }

  private Object text(String user) throws ReflectiveOperationException {
    Method method = type.getDeclaredMethod("text", String.class, int.class);
    method.setAccessible(true);
    return method.invoke(target, user, 1);
  }

  private void fail(String user) throws ReflectiveOperationException {
    Method method = type.getDeclaredMethod("failing", String.class, Throwable.class);
    method.setAccessible(true);
    try {
      method.invoke(target, user, new IllegalStateException("bad"));
    } catch (InvocationTargetException e) {
      assertThat(e).hasCauseInstanceOf(IllegalStateException.class);
    }
  }

  private void turnShaped(String flag, String state) throws Exception {
    write("flags:\n  f: " + flag + "\n");
    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() -> assertThat(call("text", "u")).isEqualTo(state + " u"));
  }

  private Object call(String name, Object... arguments) throws ReflectiveOperationException {
    for (Method method : shaped.getDeclaredMethods()) {
      if (method.getName().equals(name)) {
        method.setAccessible(true);
        return method.invoke(subject, arguments);
      }
    }
    throw new NoSuchMethodException(name);
  }

  @Test
  void variantWithAMethod_everyShape_runsThat() throws Exception {
    turnShaped("{percentage: 100, variants: {bold: 100}}", "bold");
    assertThat(call("greeting", "u")).isEqualTo("bold u");
    assertThat(call("number", 3L, 2.5)).isEqualTo(302L);
    call("nothing", "u");
    assertThat(shaped.getField("ran").get(subject)).hasToString("[bold]");
    assertThat(call("recovering", "u", 7L)).isEqualTo("old u7 after bold u");
    assertThat((CompletableFuture<?>) call("later", "u")).isCompletedExceptionally();
    assertThat(runtime.engine().recorders().total("f", "bold").errors()).isEqualTo(2);
  }

  @Test
  void variantWithoutAMethod_everyShape_runsTheAnnotatedOne() throws Exception {
    turnShaped("{percentage: 100, variants: {other: 100}}", "new");
    assertThat(call("greeting", "u")).isEqualTo("new u");
    assertThat(call("number", 3L, 2.5)).isEqualTo(5L);
    call("nothing", "u");
    assertThat(shaped.getField("ran").get(subject)).hasToString("[new]");
    assertThat(call("recovering", "u", 7L)).isEqualTo("old u7 after new unull0");
  }

  @Test
  void off_everyShape_runsTheFallback() throws Exception {
    turnShaped("{percentage: 0, variants: {bold: 100}}", "old");
    assertThat(call("greeting", "u")).isEqualTo("old u");
    assertThat(call("number", 3L, 2.5)).isEqualTo(-3L);
    assertThat(call("recovering", "u", 7L)).isEqualTo("old u7");
  }

  @Test
  void variantOfTheFallback_runsItAndIsCountedApart() throws Exception {
    turnShaped("{percentage: 0}", "old");
    turnShaped("{percentage: 100, variants: {bold: 100}}", "bold");
    turnShaped("{percentage: 100, variants: {control: 100}}", "old");
    long before = runtime.engine().recorders().total("f", "control").calls();
    assertThat(call("text", "u")).isEqualTo("old u");
    assertThat(runtime.engine().recorders().total("f", "control").calls()).isEqualTo(before + 1);
  }

  @Test
  void calls_areCountedByVariant() throws Exception {
    CompiledFlag flag = turn("");
    Recorders recorders = runtime.engine().recorders();
    Map<String, Long> before = counted(recorders);
    Map<String, Long> expected = new TreeMap<>(before);
    for (int i = 0; i < 200; i++) {
      expected.merge(flag.decide("user-" + i, Caller.UNKNOWN).variant(), 1L, Long::sum);
      text("user-" + i);
    }
    assertThat(counted(recorders)).isEqualTo(expected);
    assertThat(recorders.total("f", true).calls())
        .isEqualTo(expected.get("good") + expected.get("bad"));
    assertThat(new String(runtime.engine().status().json(), UTF_8))
        .contains("\"variants\":{\"good\":{\"calls\":" + expected.get("good") + ",");
  }

  private static Map<String, Long> counted(Recorders recorders) {
    return new TreeMap<>(
        Map.of(
            "good", recorders.total("f", "good").calls(),
            "bad", recorders.total("f", "bad").calls(),
            "off", recorders.total("f", "off").calls()));
  }

  @Test
  void badVariant_tripsTheFlag_forEveryVariant() throws Exception {
    CompiledFlag flag = turn("{metric: error_rate, above: 30}");
    for (int i = 0; i < 1_000; i++) {
      String user = "user-" + i;
      if (flag.decide(user, Caller.UNKNOWN).variant().equals("bad")) {
        fail(user);
      } else {
        text(user);
      }
    }
    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(
            () -> {
              for (int i = 0; i < 20; i++) {
                assertThat(text("user-" + i)).asString().startsWith("old");
              }
            });
    assertThat(new String(runtime.engine().status().json(), UTF_8))
        .contains("error_rate > 30 % breached by variant bad: ");
  }
}
