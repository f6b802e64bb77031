package dev.turnout.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.ProcessingEnvironment;
import javax.annotation.processing.Processor;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.Types;
import org.junit.jupiter.api.Test;

class WiringProcessorTest {

  @Test
  void unknownTypes_leftToJavac() {
    assertThat(
            Compilation.of(
                    """
                    class Game extends Unknown {
                      @Flagged(Unknown.FLAG) Unknown play(@FlagKey("a.b") Unknown u, List<Unknown> l) {
                        return null;
                      }
                      Unknown playFallback(Unknown u, List<Unknown> l) { return null; }
                    }
                    """)
                .messages())
        .isNotEmpty()
        .noneMatch(message -> message.contains("fallback") || message.contains("flag name"));
  }

  @Test
  void ownFailure_warns() {
    Processor failing =
        new Delegating() {
          @Override
          Object types() {
            throw new IllegalStateException("broken model");
          }
        };
    assertThat(
            Compilation.with(
                    List.of(failing),
                    """
                    class Game {
                      @Flagged("f") void play() {}
                    }
                    """)
                .messages())
        .containsExactly(
            "The flag wiring of app.Game could not be checked; the agent will check it when the"
                + " class is loaded. Please report this: java.lang.IllegalStateException: broken"
                + " model");
  }

  @Test
  void sourceVersion_latest() {
    assertThat(new WiringProcessor().getSupportedSourceVersion())
        .isEqualTo(SourceVersion.latestSupported());
  }

  @Test
  void service_registered() {
    assertThat(ServiceLoader.load(Processor.class))
        .hasAtLeastOneElementOfType(WiringProcessor.class);
  }

  @Test
  void gradle_isolating() throws IOException {
    try (InputStream in =
        WiringProcessor.class.getResourceAsStream(
            "/META-INF/gradle/incremental.annotation.processors")) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8).trim())
          .isEqualTo(WiringProcessor.class.getName() + ",isolating");
    }
  }

  /** The processor on top of a compiler whose {@link Types} can be made to fail. */
  private abstract static class Delegating extends AbstractProcessor {
    private final WiringProcessor processor = new WiringProcessor();

    abstract Object types();

    @Override
    public void init(ProcessingEnvironment environment) {
      super.init(environment);
      processor.init(
          (ProcessingEnvironment)
              Proxy.newProxyInstance(
                  getClass().getClassLoader(),
                  new Class<?>[] {ProcessingEnvironment.class},
                  (proxy, method, arguments) ->
                      method.getName().equals("getTypeUtils")
                          ? types()
                          : method.invoke(environment, arguments)));
    }

    @Override
    public Set<String> getSupportedAnnotationTypes() {
      return processor.getSupportedAnnotationTypes();
    }

    @Override
    public SourceVersion getSupportedSourceVersion() {
      return processor.getSupportedSourceVersion();
    }

    @Override
    public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
      return processor.process(annotations, round);
    }
  }
}
