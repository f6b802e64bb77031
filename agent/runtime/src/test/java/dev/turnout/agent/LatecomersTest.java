package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.bootstrap.GateLinker;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classes that the JVM had shown to agents, and had not loaded yet, when this one came. */
class LatecomersTest {
  @TempDir Path directory;

  @AfterEach
  void disconnect() {
    GateLinker.connect(null);
  }

  /** Takes its time for the superclass, as one that asks the network does. */
  private static final class SlowLoader extends ClassLoader {
    final CountDownLatch asked = new CountDownLatch(1);
    final CountDownLatch free = new CountDownLatch(1);
    private final Map<String, byte[]> compiled;

    SlowLoader(Map<String, byte[]> compiled) {
      super(SlowLoader.class.getClassLoader());
      this.compiled = compiled;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      byte[] bytes = compiled.get(name);
      if (bytes == null) {
        throw new ClassNotFoundException(name);
      }
      if (name.equals("p.Base")) {
        asked.countDown();
        try {
          free.await();
        } catch (InterruptedException e) {
          throw new ClassNotFoundException(name, e);
        }
      }
      return defineClass(name, bytes, 0, bytes.length);
    }

    @Override
    public InputStream getResourceAsStream(String name) {
      byte[] bytes = compiled.get(name.replace(".class", "").replace('/', '.'));
      return bytes == null
          ? getParent().getResourceAsStream(name)
          : new ByteArrayInputStream(bytes);
    }
  }

  @Test
  void classWhoseSuperclassIsBeingLoadedAtTheAttach_isGatedSoonAfter() throws Exception {
    String play =
        """
        package p;
        public class Play extends Base {
          @dev.turnout.Flagged("f")
          public String play() { return "new"; }

          String playFallback() { return "old"; }
        }
        """;
    SlowLoader loader =
        new SlowLoader(
            WrittenClasses.compile(
                Map.of("p.Base", "package p; public class Base { }", "p.Play", play)));
    CompletableFuture<Class<?>> type = new CompletableFuture<>();
    Thread loading =
        new Thread(
            () -> {
              try {
                type.complete(loader.loadClass("p.Play"));
              } catch (ClassNotFoundException e) {
                type.completeExceptionally(e);
              }
            });
    loading.start();
    loader.asked.await();
    Files.writeString(directory.resolve("flags.yaml"), "flags: {f: {percentage: 0}}");
    AgentRuntime runtime =
        AgentMain.runtime(
            Options.read(
                "flags-file=%1$s/flags.yaml,state-directory=%1$s/state,force=true"
                    .formatted(directory),
                new Properties(),
                Map.of()),
            ByteBuddyAgent.install());
    runtime.apply("attached");
    loader.free.countDown();
    Object target = type.get().getConstructor().newInstance();
    await()
        .untilAsserted(
            () -> assertThat(type.get().getMethod("play").invoke(target)).isEqualTo("old"));
    runtime.apply("detach");
    assertThat(type.get().getMethod("play").invoke(target)).isEqualTo("new");
  }
}
