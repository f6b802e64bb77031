package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.turnout.FlagContext;
import dev.turnout.flags.Report;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What callers of gated methods see, whatever kind they are of and whichever way they go. */
class GatedMethodsTest extends GatedSubjects {
  @Test
  void off_everyShape_runsFallback() throws Exception {
    turn("f: {percentage: 0}", "old");
    assertThat(call("text", "u", 7)).isEqualTo("old u7");
    assertThat(call("number", 3L, 0.5)).isEqualTo(-3L);
    assertThat(call("real", 2.5f)).isEqualTo(-2.5);
    assertThat(call("flag", true)).isEqualTo(false);
    assertThat((int[]) call("sum", "u", new int[] {1, 2})).containsExactly(-1, -2);
    assertThat(call("locked", "u")).isEqualTo("old locked true");
    assertThat(call("generic", "u")).isEqualTo("old u");
    call("nothing", "u");
    assertThat(type.getField("last").get(target)).isEqualTo("old nothing");
  }

  @Test
  void on_everyShape_runsNew() throws Exception {
    turn("f: {percentage: 100}", "new");
    assertThat(call("text", "u", 7)).isEqualTo("new u7");
    assertThat(call("number", 3L, 0.5)).isEqualTo(3L);
    assertThat(call("real", 2.5f)).isEqualTo(2.5);
    assertThat(call("flag", true)).isEqualTo(true);
    assertThat((int[]) call("sum", "u", new int[] {1, 2})).containsExactly(1, 2);
    assertThat(call("locked", "u")).isEqualTo("new locked true");
    assertThat(call("generic", "u")).isEqualTo("new u");
    call("nothing", "u");
    assertThat(type.getField("last").get(target)).isEqualTo("new nothing");
    assertThat(call("factorial", "u", 5)).isEqualTo(120);
  }

  @Test
  void newThrows_callerGetsTheSameObject() throws Exception {
    turn("f: {percentage: 100}", "new");
    IOException failure = new IOException("checked");
    assertThatThrownBy(() -> call("failing", "u", failure)).isSameAs(failure);
    Error error = new AssertionError("error");
    assertThatThrownBy(() -> call("failing", "u", error)).isSameAs(error);
  }

  @Test
  void fallbackThrows_callerGetsTheSameObject() throws Exception {
    turn("f: {percentage: 0}", "old");
    IOException failure = new IOException("checked");
    assertThatThrownBy(() -> call("failing", "u", failure))
        .isSameAs(failure)
        .satisfies(e -> assertThat(e.getStackTrace()[0].getMethodName()).isNotEqualTo("failing"));
  }

  @Test
  void onErrorFallback_getsArgumentsAsTheyWere() throws Exception {
    turn("f: {percentage: 100}", "new");
    assertThat(call("recovering", "u")).isEqualTo("recovered u after boom");
    turn("f: {percentage: 0}", "old");
    assertThat(call("recovering", "u")).isEqualTo("recovered u after null");
  }

  @Test
  void fallbackInSuperclass_foundByItsMark() throws Exception {
    assertThat(call("inherited", "u")).isEqualTo("inherited u");
  }

  @Test
  void keyPath_followed() throws Exception {
    flags("f: {percentage: 0, canary: {users: [vip]}}");
    Files.writeString(
        flagsFile(),
        "canary: {mode: true}\nflags:\n  f: {percentage: 0, canary: {users: [vip]}}\n");
    await().untilAsserted(() -> assertThat(call("byPath", subject("vip"))).isEqualTo("new"));
    assertThat(call("byPath", subject("other"))).isEqualTo("old");
  }

  private Object subject(String id) throws Exception {
    Class<?> customer = type.getClassLoader().loadClass(Subjects.Customer.class.getName());
    var constructor = customer.getDeclaredConstructor(String.class);
    constructor.setAccessible(true);
    return constructor.newInstance(id);
  }

  @Test
  void context_givesTheKeyAndPinsTheDecision() throws Exception {
    turn("f: {percentage: 100}", "new");
    try (FlagContext.Scope scope = FlagContext.user("u").open()) {
      assertThat(call("ambient")).isEqualTo("new");
      flags("f: {percentage: 0}");
      assertStays("new", "ambient");
      flags("f: {percentage: 100, killed: true}");
      // On this thread, which is the one with the context.
      await().pollInSameThread().untilAsserted(() -> assertThat(call("ambient")).isEqualTo("old"));
    }
  }

  @Test
  void context_outlivesNoKillOfWhatTheFlagDependsOn() throws Exception {
    String flag =
        """
        f: {percentage: 100, dependencies: [part, base]}
          part: {percentage: 99.999}
          base:\s""";
    turn(flag + "{percentage: 100}", "new");
    try (FlagContext.Scope scope = FlagContext.user("v").open()) {
      assertThat(call("ambient")).isEqualTo("new");
      flags(flag + "{percentage: 100, killed: true}");
      await().pollInSameThread().untilAsserted(() -> assertThat(call("ambient")).isEqualTo("old"));
    }
  }

  @Test
  void context_pinsWhatTheKeyDecidesToo() throws Exception {
    turn("f: {percentage: 99.999}", "new");
    try (FlagContext.Scope scope = FlagContext.user("v").open()) {
      assertThat(call("text", "u", 1)).isEqualTo("new u1");
      flags("f: {percentage: 0.001}");
      // On a thread without the context.
      await().untilAsserted(() -> assertThat(call("text", "u", 1)).isEqualTo("old u1"));
      assertThat(call("text", "u", 1)).isEqualTo("new u1");
    }
    assertThat(call("text", "u", 1)).isEqualTo("old u1");
  }

  @Test
  void failures_trip_andStayOffInTheStateDirectory() throws Exception {
    turn("f: {percentage: 100, limits: [{metric: error_rate, above: 5}]}", "new");
    RuntimeException failure = new IllegalStateException("boom");
    for (int i = 0; i < 30; i++) {
      assertThatThrownBy(() -> call("failing", "u", failure)).isSameAs(failure);
    }
    await()
        .atMost(Duration.ofSeconds(3))
        .untilAsserted(() -> assertThat(call("text", "u", 1)).isEqualTo("old u1"));
    // Off first, written down after.
    await()
        .untilAsserted(
            () ->
                assertThat(directory.resolve("state/trips/f.trip"))
                    .content()
                    .contains("error_rate"));
    turn(
        "f: {percentage: 100, reset_revision: 1, limits: [{metric: error_rate, above: 5}]}", "new");
    // And what fails after that trips it for good again.
    for (int i = 0; i < 30; i++) {
      assertThatThrownBy(() -> call("failing", "u", failure)).isSameAs(failure);
    }
    await()
        .atMost(Duration.ofSeconds(3))
        .untilAsserted(() -> assertThat(call("text", "u", 1)).isEqualTo("old u1"));
    assertStays("old u1", "text", "u", 1);
  }

  @Test
  void failuresInARow_trip_andAfterAResetOnlyNewOnesCount() throws Exception {
    String limits = "limits: [{metric: consecutive_failures, above: 10}]}";
    turn("f: {percentage: 100, " + limits, "new");
    RuntimeException failure = new IllegalStateException("boom");
    for (int i = 0; i < 18; i++) {
      assertThatThrownBy(() -> call("failing", "u", failure)).isSameAs(failure);
    }
    await().untilAsserted(() -> assertThat(call("text", "u", 1)).isEqualTo("old u1"));
    turn("f: {percentage: 100, reset_revision: 1, " + limits, "new");
    assertStays("new u1", "text", "u", 1);
  }

  @Test
  void engine_survivesAnErrorOfAnyKind() throws Exception {
    AgentThread.survive(
        "a step",
        () -> {
          throw new OutOfMemoryError("none left");
        });
    turn("f: {percentage: 100}", "new");
  }

  @Test
  void ignored_isNoError() throws Exception {
    turn("f: {percentage: 100, limits: [{metric: consecutive_failures, above: 2}]}", "new");
    for (int i = 0; i < 30; i++) {
      assertThatThrownBy(() -> call("answering", "u")).isInstanceOf(RuntimeException.class);
    }
    assertStays("new u1", "text", "u", 1);
  }

  @Test
  void ignored_ofTheFallback_isNoErrorEither() throws Exception {
    turn("f: {percentage: 0}", "old");
    long before = counts(false).calls();
    assertThatThrownBy(() -> call("answering", "u")).hasMessage("the same answer");
    assertThat(counts(false).calls()).isEqualTo(before + 1);
    assertThat(counts(false).errors()).isZero();
  }

  @Test
  void wrongFlagsFile_lastGoodStays() throws Exception {
    turn("f: {percentage: 100}", "new");
    flags("f: {percentage: 101}");
    assertStays("new u1", "text", "u", 1);
  }

  @Test
  void listsOfGatesAndFlags_areMadeAnewOnlyAfterAChange() throws Exception {
    turn("f: {percentage: 100}", "new");
    List<Report.Gate> gates = runtime.gates();
    Set<String> flags = runtime.flags();
    assertThat(gates).isNotEmpty();
    assertThat(flags).contains("f").doesNotContain("late");
    assertThat(runtime.gates()).isSameAs(gates);
    assertThat(runtime.flags()).isSameAs(flags);
    runtime.found(type.getClassLoader(), "late", "shop.Late#play", null);
    assertThat(runtime.gates()).hasSize(gates.size() + 1);
    assertThat(runtime.flags()).contains("f", "late");
  }

  @Test
  void reflection_unchanged() {
    assertThat(type.getDeclaredMethods()).hasSameSizeAs(Subjects.class.getDeclaredMethods());
    assertThat(type.getDeclaredFields()).hasSameSizeAs(Subjects.class.getDeclaredFields());
  }

  @Test
  void miswired_leftAsItWas() throws Exception {
    Class<?> broken = type.getClassLoader().loadClass(Miswired.class.getName());
    Object instance = broken.getDeclaredConstructor().newInstance();
    Method method = broken.getDeclaredMethod("lonely");
    method.setAccessible(true);
    assertThat(method.invoke(instance)).isEqualTo("as written");
    assertThat(runtime.gates())
        .filteredOn(gate -> gate.method().contains("lonely"))
        .singleElement()
        .satisfies(gate -> assertThat(gate.problem()).contains("lonelyFallback"));
  }
}
