package dev.turnout.agent.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.lang.reflect.Method;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What classes of the application keep of an agent that has followed values of theirs. */
class DetachedReactorTest {

  /** Has this package by itself, as each agent has its own classes. */
  private static final class AgentOfItsOwn extends ClassLoader {
    AgentOfItsOwn() {
      super(DetachedReactorTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(ReactorType.class.getName())) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  private static WeakReference<ClassLoader> agentThatHasSeen(Class<?> type) throws Exception {
    ClassLoader loader = new AgentOfItsOwn();
    Method of = loader.loadClass(ReactorType.class.getName()).getDeclaredMethod("of", Class.class);
    of.setAccessible(true);
    assertThat(of.invoke(null, type)).isNotNull();
    return new WeakReference<>(loader);
  }

  @Test
  void monoLivesOn_theAgentIsForgotten() throws Exception {
    WeakReference<ClassLoader> agent =
        agentThatHasSeen(Mono.fromCallable(() -> "value").getClass());
    await()
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(agent.get()).isNull();
            });
  }
}
