package dev.turnout.agent.weave;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnout.agent.Subjects;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Classes that came when there was no room to gate them. */
class MissedClassesTest {
  private static final String NAME = Subjects.class.getName().replace('.', '/');
  private static final Runtime.Version SOUND = Runtime.Version.parse("26");
  private static final Runtime.Version LOSES_NAMES = Runtime.Version.parse("17.0.15");

  private boolean full = true;
  private int transformed;
  private final List<String> problems = new ArrayList<>();
  private final List<String> log = new ArrayList<>();
  private final Loader loader = new Loader();
  private final Class<?> copy = loader.copy();
  private final Instrumentation instrumentation =
      (Instrumentation)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {Instrumentation.class},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "getAllLoadedClasses" -> classes();
                    case "isModifiableClass" -> true;
                    default -> show(copy());
                  });
  private final GateTransformer.Findings findings =
      (found, flag, method, problem) -> {
        if (full) {
          throw new OutOfMemoryError();
        }
        if (problem != null) {
          problems.add(method + ": " + problem);
        }
      };
  private final GateTransformer transformer =
      new GateTransformer(instrumentation, GateRules.NONE, findings);
  private final LoadedClasses loaded = new LoadedClasses(instrumentation, transformer, findings);
  private final MissedClasses missed =
      new MissedClasses(instrumentation, transformer, loaded, findings);

  /** Another loader than the agent's own. */
  private static final class Loader extends ClassLoader {
    Loader() {
      super(Subjects.class.getClassLoader());
    }

    Class<?> copy() {
      define(Subjects.class.getSuperclass());
      return define(Subjects.class);
    }

    private Class<?> define(Class<?> type) {
      byte[] file = file(type);
      return defineClass(type.getName(), file, 0, file.length);
    }
  }

  private static byte[] file(Class<?> type) {
    try (InputStream in = type.getResourceAsStream(type.getSimpleName() + ".class")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Class<?> copy() {
    return copy;
  }

  private Class<?>[] classes() {
    return new Class<?>[] {copy, String.class};
  }

  private Object show(Class<?> redefined) {
    transformed++;
    return transformer.transform(
        loader.getUnnamedModule(), loader, NAME, redefined, null, file(Subjects.class));
  }

  private void miss() {
    assertThat(missed.any()).isFalse();
    assertThatThrownBy(() -> show(null)).isInstanceOf(OutOfMemoryError.class);
    assertThat(missed.any()).isTrue();
  }

  @Test
  void classThatThereWasNoRoomToGateAsItCame_isGatedLater() {
    miss();
    full = false;
    assertThat(missed.gate(SOUND, false, log::add)).isEmpty();
    assertThat(missed.any()).isFalse();
    assertThat(transformer.hasWoven(loader, Subjects.class.getName())).isTrue();
    assertThat(log).singleElement().asString().contains("1 of them, such as").contains("Subjects");
  }

  @Test
  void classThatHasItsGates_isLeftAlone() {
    full = false;
    assertThat(show(null)).isNotNull();
    assertThat(missed.gate(SOUND, false, log::add)).isEmpty();
    assertThat(transformed).isEqualTo(1);
    assertThat(log).isEmpty();
  }

  @Test
  void jvmThatLosesNames_hasItToldInstead() {
    miss();
    full = false;
    assertThat(missed.gate(LOSES_NAMES, false, log::add)).isEmpty();
    assertThat(transformed).isEqualTo(1);
    assertThat(problems).singleElement().asString().contains("no room").contains("JDK-8240908");
  }

  @Test
  void lookThatFails_isMadeAgain() {
    miss();
    assertThatThrownBy(() -> missed.gate(LOSES_NAMES, false, log::add))
        .isInstanceOf(OutOfMemoryError.class);
    assertThat(missed.any()).isTrue();
  }
}
