package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.turnout.agent.weave.LoadedClasses;
import dev.turnout.bootstrap.GateLinker;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Classes that were loaded, and run, before the agent came. */
class LateAttachTest {
  @TempDir Path directory;

  @AfterEach
  void disconnect() {
    GateLinker.connect(null);
  }

  /** Whose class's file is found nowhere, as that of a class made up at run time. */
  private static final class GeneratingLoader extends ClassLoader {
    GeneratingLoader() {
      super(GeneratingLoader.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(Subjects.class.getName())) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        if (loaded != null) {
          return loaded;
        }
        String file = name.replace('.', '/') + ".class";
        try (InputStream in = getParent().getResourceAsStream(file)) {
          byte[] bytes = in.readAllBytes();
          return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
          throw new ClassNotFoundException(name, e);
        }
      }
    }

    @Override
    public InputStream getResourceAsStream(String name) {
      return name.endsWith("/Subjects.class") ? null : super.getResourceAsStream(name);
    }
  }

  private AgentRuntime runtime(String more) throws Exception {
    return runtime(more, ByteBuddyAgent.install());
  }

  private AgentRuntime runtime(String more, Instrumentation instrumentation) throws Exception {
    flag("percentage: 0");
    Options options =
        Options.read(
            "flags-file=%1$s/flags.yaml,state-directory=%1$s/state%2$s".formatted(directory, more),
            new Properties(),
            Map.of());
    return AgentMain.runtime(options, instrumentation);
  }

  private void flag(String definition) throws IOException {
    Files.writeString(directory.resolve("flags.yaml"), "flags: {f: {" + definition + "}}");
  }

  private static Instrumentation instrumentation(InvocationHandler handler) {
    return (Instrumentation)
        Proxy.newProxyInstance(
            LateAttachTest.class.getClassLoader(), new Class<?>[] {Instrumentation.class}, handler);
  }

  @Test
  void attach_gates_detach_restores_andAgain() throws Exception {
    Class<?> type = new FreshLoader().loadClass(Subjects.class.getName());
    Object target = type.getDeclaredConstructor().newInstance();
    Method text = type.getDeclaredMethod("text", String.class, int.class);
    text.setAccessible(true);
    assertThat(text.invoke(target, "u", 1)).isEqualTo("new u1");
    for (int round = 0; round < 2; round++) {
      AgentRuntime runtime = runtime(",force=true");
      assertThat(runtime.apply("attached")).contains("gates in loaded classes are in place");
      assertThat(text.invoke(target, "u", 1)).isEqualTo("old u1");
      assertThat(runtime.apply("status")).contains("\"wired\":true");
      flag("percentage: 100");
      await().untilAsserted(() -> assertThat(text.invoke(target, "u", 1)).isEqualTo("new u1"));
      flag("percentage: 0");
      await().untilAsserted(() -> assertThat(text.invoke(target, "u", 1)).isEqualTo("old u1"));
      assertThat(runtime.apply("detach")).contains("are as they were written");
      assertThat(text.invoke(target, "u", 1)).isEqualTo("new u1");
      assertThat(Thread.getAllStackTraces().keySet())
          .noneMatch(thread -> thread.getName().equals("turnout-engine"));
    }
  }

  @Test
  void classLoadedWhileFlagsAreAwaited_takesNoFallback_andIsGatedThen() throws Exception {
    Instrumentation real = ByteBuddyAgent.install();
    AtomicReference<Text> loaded = new AtomicReference<>();
    List<Object> answers = new CopyOnWriteArrayList<>();
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          // As the engine does before it reads any flags.
          if (method.getName().equals("redefineModule") && loaded.get() == null) {
            loaded.set(new Text());
            answers.add(loaded.get().answer());
          }
          return method.invoke(real, arguments);
        };
    AgentRuntime runtime = runtime(",force=true", instrumentation(handler));
    flag("percentage: 100");
    runtime.apply("attached");
    assertThat(answers).containsExactly("new u1");
    flag("percentage: 0");
    await().untilAsserted(() -> assertThat(loaded.get().answer()).isEqualTo("old u1"));
    runtime.apply("detach");
  }

  /** A gated method of a class of its own. */
  private static final class Text {
    private final Object target;
    private final Method text;

    Text() throws ReflectiveOperationException {
      Class<?> type = new FreshLoader().loadClass(Subjects.class.getName());
      target = type.getDeclaredConstructor().newInstance();
      text = type.getDeclaredMethod("text", String.class, int.class);
      text.setAccessible(true);
    }

    Object answer() throws ReflectiveOperationException {
      return text.invoke(target, "u", 1);
    }
  }

  // JDK-8240908
  @Test
  @DisabledIf(
      value = "keepsNames",
      disabledReason = "this JVM keeps parameters' names, so nobody who attaches is refused")
  void refusedAttach_isShownNoClass() throws Exception {
    Instrumentation real = ByteBuddyAgent.install();
    List<String> called = new ArrayList<>();
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          called.add(method.getName());
          return method.invoke(real, arguments);
        };
    AgentRuntime runtime = runtime("", instrumentation(handler));
    assertThatThrownBy(() -> runtime.apply("attached"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("JDK-8240908");
    assertThat(called).doesNotContain("addTransformer");
  }

  static boolean keepsNames() {
    try {
      LoadedClasses.check(Runtime.version(), false);
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  @Test
  void attachThatFails_isTakenBack_whateverIsStopped() throws Exception {
    Instrumentation real = ByteBuddyAgent.install();
    List<String> failed = new ArrayList<>();
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (method.getName().equals("getAllLoadedClasses") && failed.isEmpty()) {
            failed.add(method.getName());
            throw new OutOfMemoryError("as if");
          }
          return method.invoke(real, arguments);
        };
    AgentRuntime runtime = runtime(",force=true", instrumentation(handler));
    flag("killed: true");
    assertThatThrownBy(() -> runtime.apply("attached")).hasMessageContaining("as if");
    assertThat(new Text().answer()).isEqualTo("new u1");
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("turnout-engine"));
  }

  @Test
  void attach_answersWhatCannotBe() throws Exception {
    Path gates = directory.resolve("gates.yaml");
    Files.writeString(gates, "gates: [{method: a.Missing#x, flag: f}]");
    AgentRuntime unmet = runtime(",force=true,gates-file=" + gates);
    assertThat(unmet.apply("attached")).contains("no class a.Missing was loaded so far");
    unmet.apply("detach");

    Files.writeString(gates, "gates: [");
    AgentRuntime broken = runtime(",force=true,gates-file=" + gates);
    assertThat(broken.apply("attached"))
        .contains("gates.yaml: line 1, column 9", "the gates of this file are not there");
    assertThat(broken.apply("status")).contains("gates.yaml: line 1, column 9");
    broken.apply("detach");
  }

  @Test
  void attach_gatesClassesWithoutClassFiles_detachRestoresThem() throws Exception {
    Class<?> type = new GeneratingLoader().loadClass(Subjects.class.getName());
    Object target = type.getDeclaredConstructor().newInstance();
    Method text = type.getDeclaredMethod("text", String.class, int.class);
    text.setAccessible(true);
    AgentRuntime runtime = runtime(",force=true");
    runtime.apply("attached");
    assertThat(text.invoke(target, "u", 1)).isEqualTo("old u1");
    runtime.apply("detach");
    assertThat(text.invoke(target, "u", 1)).isEqualTo("new u1");
  }

  @Test
  void detach_restoresClassesWithoutClassFiles() throws Exception {
    AgentRuntime runtime = runtime("");
    runtime.install();
    Class<?> type = new GeneratingLoader().loadClass(Subjects.class.getName());
    Object target = type.getDeclaredConstructor().newInstance();
    Method text = type.getDeclaredMethod("text", String.class, int.class);
    text.setAccessible(true);
    assertThat(text.invoke(target, "u", 1)).isEqualTo("old u1");
    assertThat(runtime.apply("detach")).contains("are as they were written");
    assertThat(text.invoke(target, "u", 1)).isEqualTo("new u1");
  }

  @Test
  void firstClassThatComesDuringDetach_runsAsWritten_andNothingIsStarted() throws Exception {
    Instrumentation real = ByteBuddyAgent.install();
    List<Object> answers = new ArrayList<>();
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (method.getName().equals("removeTransformer") && answers.isEmpty()) {
            answers.add(new Text().answer());
          }
          return method.invoke(real, arguments);
        };
    AgentRuntime runtime = runtime("", instrumentation(handler));
    runtime.install();
    runtime.apply("detach");
    assertThat(answers).containsExactly("new u1");
    assertThat(runtime.engine()).isNull();
  }

  @Test
  void detach_saysWhichClassesKeepTheirGates() throws Exception {
    Instrumentation real = ByteBuddyAgent.install();
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (method.getName().equals("retransformClasses")) {
            throw new UnsupportedOperationException("not now");
          }
          return method.invoke(real, arguments);
        };
    AgentRuntime runtime = runtime("", instrumentation(handler));
    runtime.install();
    Class<?> type = new GeneratingLoader().loadClass(Subjects.class.getName());
    Object target = type.getDeclaredConstructor().newInstance();
    Method text = type.getDeclaredMethod("text", String.class, int.class);
    text.setAccessible(true);
    assertThat(text.invoke(target, "u", 1)).isEqualTo("old u1");
    assertThat(runtime.apply("detach"))
        .startsWith("these classes could not be changed back, and keep gates that let every call")
        .contains(type.getName(), "not now");
    // As it was written all the same.
    assertThat(text.invoke(target, "u", 1)).isEqualTo("new u1");
  }

  @Test
  void statusBeforeTheFirstGate_showsTheOptions() throws Exception {
    AgentRuntime runtime = runtime(",service=shop");
    assertThat(runtime.apply("status")).contains("\"service\":\"shop\"", "agent argument");
    runtime.apply("detach");
  }
}
