package dev.turnout.agent.weave;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnout.agent.Legacy;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Array;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadedClassesTest {
  private static final Runtime.Version SOUND = Runtime.Version.parse("26");
  private static final Runtime.Version CORRUPTS_RECORDS = Runtime.Version.parse("25.0.3");

  private final List<String> found = new ArrayList<>();
  private final List<Class<?>> late = new ArrayList<>();
  private String failing = "";
  private int changed;
  private int walks;

  /** Made up at run time, as far as its loader tells. */
  static class Generated {}

  record GeneratedRecord() {}

  private static class Generator extends ClassLoader {
    Class<?> define(Class<?> model) throws IOException {
      String file = model.getName().replace('.', '/') + ".class";
      try (InputStream in = model.getClassLoader().getResourceAsStream(file)) {
        byte[] bytes = in.readAllBytes();
        return defineClass(model.getName(), bytes, 0, bytes.length);
      }
    }

    @Override
    public InputStream getResourceAsStream(String name) {
      return null;
    }
  }

  private Instrumentation instrumentation(List<Class<?>> loaded) {
    List<Class<?>> all = new ArrayList<>(loaded);
    return (Instrumentation)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Instrumentation.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals(failing)) {
                throw new OutOfMemoryError();
              }
              return switch (method.getName()) {
                case "getAllLoadedClasses" -> {
                  walks++;
                  Class<?>[] classes = all.toArray(Class<?>[]::new);
                  all.addAll(late);
                  yield classes;
                }
                case "isModifiableClass" -> true;
                case "retransformClasses" -> {
                  if (Arrays.toString((Class<?>[]) arguments[0]).contains("Invalid")) {
                    throw new InternalError("class redefinition failed: invalid class");
                  }
                  changed += Array.getLength(arguments[0]);
                  yield null;
                }
                default -> throw new UnsupportedOperationException(method.toString());
              };
            });
  }

  private List<String> gate(Runtime.Version version, List<Class<?>> loaded) {
    return loadedClasses(loaded).gate(version, false);
  }

  private LoadedClasses loadedClasses(List<Class<?>> loaded) {
    Instrumentation instrumentation = instrumentation(loaded);
    GateTransformer.Findings findings = (loader, flag, method, problem) -> found.add(method);
    GateTransformer transformer = new GateTransformer(instrumentation, GateRules.NONE, findings);
    return new LoadedClasses(instrumentation, transformer, findings);
  }

  @Test
  void classesWithoutClassFiles_areLookedAt_withinBounds() throws IOException {
    Class<?> type = new Generator().define(Generated.class);
    assertThat(gate(SOUND, Collections.nCopies(2_000, type))).isEmpty();
    assertThat(changed).isEqualTo(2_000);
    changed = 0;
    assertThat(gate(SOUND, Collections.nCopies(2_100, type)))
        .singleElement()
        .asString()
        .contains("class files are not to be found", type.getName(), "more than 2000");
    assertThat(changed).isEqualTo(2_000);
  }

  @Test
  void classThatWasOnItsWay_isLookedAtToo() throws IOException {
    late.add(new Generator().define(Generated.class));
    gate(SOUND, List.of(new Generator().define(Generated.class)));
    assertThat(changed).isEqualTo(2);
  }

  @Test
  void gateLate_looksAtWhatNobodyHasLookedAt_untilTheLastTime() throws IOException {
    Class<?> before = new Generator().define(Generated.class);
    Class<?> shown = new Generator().define(Generated.class);
    LoadedClasses classes = loadedClasses(List.of(before));
    assertThat(classes.gateLate(SOUND, false, false)).isEmpty();
    assertThat(walks).isZero();

    classes.gate(SOUND, false);
    assertThat(changed).isEqualTo(1);
    classes.shown(shown.getName().replace('.', '/'), shown.getClassLoader());
    late.add(shown);
    late.add(new Generator().define(Generated.class));
    // What is late is there from the walk after the next one on.
    classes.gateLate(SOUND, false, false);
    assertThat(changed).isEqualTo(1);
    classes.gateLate(SOUND, false, true);
    assertThat(changed).isEqualTo(2);
    int walked = walks;
    classes.gateLate(SOUND, false, true);
    assertThat(walks).isEqualTo(walked);
  }

  /** Fails in a way of its own, as one whose jar was written over does. */
  private static final class FailingLoader extends Generator {
    private final Error error;

    FailingLoader(Error error) {
      this.error = error;
    }

    @Override
    public InputStream getResourceAsStream(String name) {
      throw error;
    }
  }

  @Test
  void loaderThatFails_costsNoOtherClassItsLook() throws IOException {
    LoadedClasses classes = loadedClasses(List.of());
    classes.gate(SOUND, false);
    for (Error error :
        List.of(new InternalError("a jar"), new OutOfMemoryError(), new AssertionError())) {
      late.add(new FailingLoader(error).define(Generated.class));
    }
    late.add(new Generator().define(Generated.class));
    assertThat(classes.gateLate(SOUND, false, false)).isEmpty();
    assertThat(classes.gateLate(SOUND, false, false)).isEmpty();
    assertThat(changed).isEqualTo(4);
  }

  @Test
  void classThatCannotBeLookedAt_isShownByTheJvm() throws IOException {
    LoadedClasses classes = loadedClasses(List.of(new Generator().define(Generated.class)));
    failing = "isModifiableClass";
    assertThat(classes.gate(SOUND, false)).isEmpty();
    assertThat(changed).isEqualTo(1);
  }

  @Test
  void lastLook_isTheLast_alsoWhereItFails() throws IOException {
    LoadedClasses classes = loadedClasses(List.of());
    classes.gate(SOUND, false);
    failing = "getAllLoadedClasses";
    assertThatThrownBy(() -> classes.gateLate(SOUND, false, true))
        .isInstanceOf(OutOfMemoryError.class);
    assertThat(classes.forgetLatecomers()).isFalse();
  }

  /** Stands for one whose initialiser failed, or that refers to a library which is not there. */
  static class Invalid {}

  @Test
  void classThatTheJvmCannotChange_costsNoOtherItsGates() throws IOException {
    Class<?> sound = new Generator().define(Generated.class);
    Class<?> invalid = new Generator().define(Invalid.class);
    assertThat(gate(SOUND, List.of(sound, invalid, sound)))
        .singleElement()
        .asString()
        .contains("1 of them", invalid.getName(), "invalid class");
    assertThat(changed).isEqualTo(2);
  }

  @Test
  void recordWithoutClassFile_isLeftAloneWhereTheJvmMayCorruptIt() throws IOException {
    Class<?> type = new Generator().define(GeneratedRecord.class);
    assertThat(gate(CORRUPTS_RECORDS, List.of(type)))
        .singleElement()
        .asString()
        .contains(type.getName(), "JDK-8376185");
    assertThat(changed).isZero();
    assertThat(found).isEmpty();
  }

  @Test
  void proxyOfTheJdk_isLeftAlone() {
    ClassLoader loader = new ClassLoader() {};
    Object proxy =
        Proxy.newProxyInstance(loader, new Class<?>[] {Runnable.class}, (p, m, a) -> null);
    assertThat(proxy.getClass().getClassLoader()).isSameAs(loader);
    assertThat(gate(SOUND, List.of(proxy.getClass()))).isEmpty();
    assertThat(changed).isZero();
  }

  // Gated by the body that it is given; the JVM shows that to whoever asks later.
  private int lookedAtAgain(Class<?> type, long later, Runtime.Version version) throws IOException {
    Instrumentation instrumentation = instrumentation(List.of());
    GateTransformer.Findings findings = (loader, flag, method, problem) -> found.add(method);
    GateRules rules =
        GatesFile.parse("g.yaml", "observe: [{methods: 'dev.turnout.agent.*#*', name: all}]");
    GateTransformer transformer = new GateTransformer(instrumentation, rules, findings);
    String name = type.getName().replace('.', '/');
    byte[] file;
    try (InputStream in = getClass().getClassLoader().getResourceAsStream(name + ".class")) {
      file = in.readAllBytes();
    }
    ClassLoader loader = new ClassLoader(getClass().getClassLoader()) {};
    assertThat(transformer.transform(loader.getUnnamedModule(), loader, name, type, null, file))
        .isNotNull();
    changed = 0;
    new LoadedClasses(instrumentation, transformer, findings)
        .settleSwaps(Runnable::run, System.nanoTime() + later, version, false);
    return changed;
  }

  @Test
  void classWithAnotherBody_isLookedAtAgain_whenTheJvmHasTakenThat_andLosesNothing()
      throws IOException {
    long soon = TimeUnit.MILLISECONDS.toNanos(100);
    long later = TimeUnit.SECONDS.toNanos(2);
    assertThat(lookedAtAgain(Legacy.class, later, SOUND)).isEqualTo(1);
    assertThat(lookedAtAgain(Legacy.class, soon, SOUND)).isZero();
    assertThat(lookedAtAgain(Legacy.class, later, Runtime.Version.parse("19.0.2"))).isZero();
    assertThat(lookedAtAgain(Legacy.class, later, CORRUPTS_RECORDS)).isEqualTo(1);
    assertThat(lookedAtAgain(GeneratedRecord.class, later, CORRUPTS_RECORDS)).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "17,true",
    "17.0.19+3,true",
    "17.0.20,false",
    "17.0.21,false",
    "18.0.2,true",
    "19,false",
    "25.0.1,false"
  })
  void losesNames(String version, boolean loses) {
    assertThat(LoadedClasses.losesNames(Runtime.Version.parse(version))).isEqualTo(loses);
  }

  @ParameterizedTest
  @CsvSource({"17.0.20,true", "25.0.3,true", "25.0.4,false", "26,false"})
  void corruptsRecords(String version, boolean corrupts) {
    assertThat(LoadedClasses.corruptsRecords(Runtime.Version.parse(version))).isEqualTo(corrupts);
  }
}
