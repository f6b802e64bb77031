package dev.turnout.processor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.List;
import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.RoundEnvironment;
import javax.annotation.processing.SupportedAnnotationTypes;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.TypeElement;
import org.junit.jupiter.api.Test;

class AcceptedWiringTest {

  @Test
  void byConvention_sameSignature() {
    Compilation.of(
            """
            class Game {
              @Flagged("f") int play(String player, int... moves) { return 1; }
              private int playFallback(String player, int... moves) { return 0; }
            }
            """)
        .succeeds();
  }

  @Test
  void byMark_sameFlag() {
    Compilation.of(
            """
            class Game {
              @Flagged("f") int play(String player) { return 1; }
              @Fallback("f") int playInMemory(String player) { return 0; }
            }
            """)
        .succeeds();
  }

  @Test
  void byMark_beforeConvention() {
    Compilation.of(
            """
            class Game {
              @Flagged("f") int play(String player) { return 1; }
              @Fallback("f") int old(String player) { return 0; }
              void playFallback() {}
            }
            """)
        .succeeds();
  }

  @Test
  void byName_beforeMark() {
    Compilation.of(
            """
            class Game {
              @Flagged("f") int play(String player) { return 1; }
              @Fallback("f") int playOld(String player) { return 0; }
              @Flagged(value = "f", fallback = "stopOld") void stop() {}
              void stopOld() {}
            }
            """)
        .succeeds();
  }

  @Test
  void byName_overloaded() {
    Compilation.of(
            """
            class Game {
              @Flagged(value = "f", fallback = "play") int play(String player) { return 1; }
              int play(int player) { return 0; }
              int play(String player, Throwable failure) { return 0; }
            }
            """)
        .succeeds();
  }

  @Test
  void trailingThrowable() {
    Compilation.of(
            """
            class Game {
              @Flagged(value = "f", onError = Flagged.OnError.FALLBACK)
              int play(String player) { return 1; }
              int playFallback(String player, Throwable failure) { return 0; }
            }
            """)
        .succeeds();
  }

  @Test
  void bothStatic() {
    Compilation.of(
            """
            class Game {
              @Flagged("f") static void play() {}
              static void playFallback() {}
            }
            """)
        .succeeds();
  }

  @Test
  void generic_renamedVariables() {
    Compilation.of(
            """
            class Store<K> {
              @Flagged("f") <T extends Number, V> Map<K, T> load(List<T> in, V[] rest) { return null; }
              <A extends Number, B> Map<K, A> loadFallback(List<A> in, B[] rest) { return null; }
            }
            """)
        .succeeds();
  }

  @Test
  void generic_variableInPlaceOfType() {
    Compilation.of(
            """
            class Store {
              @Flagged("f") void save(List<String> in) {}
              <T> void saveFallback(List<T> in) {}
            }
            """)
        .succeeds();
  }

  @Test
  void generic_widerParameterNarrowerResult() {
    Compilation.of(
            """
            class Store {
              @Flagged("f") List<? extends Number> save(List<String> in, List<Integer> raw) {
                return null;
              }
              @SuppressWarnings("rawtypes")
              List<Integer> saveFallback(List<?> in, List raw) { return null; }
            }
            """)
        .succeeds();
  }

  @Test
  void superclass_inherits() {
    Compilation.of(
            "abstract class Base { @Fallback(\"f\") void old() {} int stopFallback() { return 0; } }",
            """
            class Middle extends Base {}
            """,
            """
            class Game extends Middle {
              @Flagged("f") void play() {}
              @Flagged("g") int stop() { return 1; }
            }
            """)
        .succeeds();
  }

  @Test
  void superclass_genericBound() {
    Compilation.of(
            "class Base<T extends Number> { List<T> loadFallback(List<T> in) { return in; } }",
            """
            class Store extends Base<Integer> {
              @Flagged("f") List<Integer> load(List<Integer> in) { return in; }
            }
            """)
        .succeeds();
  }

  @Test
  void superclass_nearestWins() {
    Compilation.of(
            "class Base { void playFallback() {} }",
            """
            class Game extends Base {
              @Flagged("f") void play() {}
              @Override void playFallback() {}
            }
            """)
        .succeeds();
  }

  @Test
  void superclass_generatedByAnotherProcessor() {
    Compilation.with(
            List.of(new WiringProcessor(), new GeneratesBase()),
            """
            class Game extends GeneratedBase {
              @Flagged("f") GeneratedBase play(@FlagKey("id") GeneratedBase key) { return null; }
            }
            """)
        .succeeds();
  }

  @Test
  void interfaceDefault() {
    Compilation.of(
            """
            interface Game {
              @Flagged("f") default int play() { return 1; }
              private int playFallback() { return 0; }
            }
            """)
        .succeeds();
  }

  @Test
  void nestedClass() {
    Compilation.of(
            """
            class Game {
              static class Turn {
                @Flagged("f") void play() {}
                void playFallback() {}
              }
            }
            """)
        .succeeds();
  }

  @Test
  void flagName_longest() {
    Compilation.of(
            """
            class Game {
              static final String FLAG = "a-Z0._";
              @Flagged(FLAG) void play() {}
              void playFallback() {}
              @Flagged("%s") void stop() {}
              void stopFallback() {}
            }
            """
                .formatted("x".repeat(128)))
        .succeeds();
  }

  @Test
  void keyPath_records() {
    Compilation.of(
            "record Customer(String id) {}",
            "record Order(Customer customer) {}",
            """
            class Shop {
              @Flagged("f") void buy(@FlagKey("customer.id") Order order) {}
              void buyFallback(Order order) {}
            }
            """)
        .succeeds();
  }

  @Test
  void keyPath_gettersAndFields() {
    Compilation.of(
            "class Customer { public String id; }",
            "abstract class Document { public Customer getCustomer() { return null; } }",
            "class Order extends Document {}",
            """
            class Shop {
              @Flagged("f") void buy(@FlagKey("customer.id") Order order) {}
              void buyFallback(Order order) {}
            }
            """)
        .succeeds();
  }

  @Test
  void keyPath_generic() {
    Compilation.of(
            "record Customer(String id) {}",
            "interface Box<T> { T content(); }",
            """
            class Shop {
              @Flagged("f")
              <C extends Comparable<C> & Box<? extends Customer>> void buy(
                  @FlagKey("content.id") C box) {}
              <C extends Comparable<C> & Box<? extends Customer>> void buyFallback(C box) {}
            }
            """)
        .succeeds();
  }

  @Test
  void key_withoutPath() {
    Compilation.of(
            """
            class Shop {
              @Flagged("f") void buy(@FlagKey int customer, String what) {}
              void buyFallback(int customer, String what) {}
            }
            """)
        .succeeds();
  }

  /** Stands for any processor that generates what flagged classes build on. */
  @SupportedAnnotationTypes("*")
  private static final class GeneratesBase extends AbstractProcessor {
    private boolean done;

    @Override
    public SourceVersion getSupportedSourceVersion() {
      return SourceVersion.latestSupported();
    }

    @Override
    public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
      if (!done) {
        done = true;
        try (Writer out =
            processingEnv.getFiler().createSourceFile("app.GeneratedBase").openWriter()) {
          out.write(
              """
              package app;
              class GeneratedBase {
                public String id() { return ""; }
                GeneratedBase playFallback(GeneratedBase key) { return null; }
              }
              """);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      return false;
    }
  }
}
