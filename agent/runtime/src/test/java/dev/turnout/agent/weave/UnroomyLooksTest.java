package dev.turnout.agent.weave;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.agent.Subjects;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Proxy;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loaded classes that are shown as they are when there is no room to gate them. */
class UnroomyLooksTest {
  private static final String NAME = Subjects.class.getName().replace('.', '/');
  private static final Runtime.Version SOUND = Runtime.Version.parse("26");

  private boolean full = true;
  private boolean gated;
  private int shown;
  private final ClassLoader loader = new ClassLoader(Subjects.class.getClassLoader()) {};
  private final Instrumentation instrumentation =
      (Instrumentation)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {Instrumentation.class},
              (proxy, method, arguments) -> {
                show();
                return null;
              });
  private final GateTransformer.Findings findings =
      (found, flag, method, problem) -> {
        if (full && problem == null) {
          throw new OutOfMemoryError();
        }
      };
  private final GateTransformer transformer =
      new GateTransformer(instrumentation, GateRules.NONE, findings);
  private final LoadedClasses classes = new LoadedClasses(instrumentation, transformer, findings);

  private void show() throws IOException {
    shown++;
    try (InputStream in = Subjects.class.getResourceAsStream("Subjects.class")) {
      byte[] file = in.readAllBytes();
      gated =
          transformer.transform(loader.getUnnamedModule(), loader, NAME, Subjects.class, null, file)
              != null;
    }
  }

  private void attach() throws IOException {
    transformer.ask();
    show();
    transformer.answered();
    assertThat(gated).isFalse();
  }

  private void settle(Runtime.Version version) {
    long soon = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
    classes.settleSwaps(Runnable::run, soon, version, true);
    long later = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
    classes.settleSwaps(Runnable::run, later, version, true);
  }

  // Also on one that brings back bodies from before: by its own change the class has that already.
  @ParameterizedTest
  @ValueSource(strings = {"26", "17.0.20"})
  void classThatThereWasNoRoomToGate_isGatedOnceThereIs(String version) throws IOException {
    Runtime.Version jvm = Runtime.Version.parse(version);
    attach();
    settle(jvm);
    assertThat(shown).isEqualTo(2);
    assertThat(gated).isFalse();
    full = false;
    settle(jvm);
    assertThat(gated).isTrue();
    settle(jvm);
    assertThat(shown).isEqualTo(3);
  }

  @Test
  void classThatThereIsNeverRoomToGate_isLeftAloneInTheEnd() throws IOException {
    attach();
    for (int look = 0; look < 100; look++) {
      settle(SOUND);
    }
    assertThat(shown).isEqualTo(31);
  }
}
