package dev.turnout.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.ProcessingEnvironment;
import javax.annotation.processing.Processor;
import javax.annotation.processing.RoundEnvironment;
import javax.annotation.processing.SupportedAnnotationTypes;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.Types;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WiringProcessorTest {

  @Nested
  class Accepted {

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
  }

  @Nested
  class Missing {

    @Test
    void noMethod() {
      Compilation.of(
              """
              class Game {
                @Flagged("f") // here
                static <T extends Number> List<T> play(String player, T[] moves) { return null; }
              }
              """)
          .failsHere(
              "play(String, T[]) has no fallback: declare \"static <T extends Number> List<T>"
                  + " playFallback(String, T[])\" in Game. Or mark a method with such parameters"
                  + " with @Fallback(\"f\").");
    }

    @Test
    void noMethodOfTheName() {
      Compilation.of(
              """
              class Game {
                @Flagged(
                    value = "f",
                    fallback = "old") // here
                void play() {}
                @Fallback("f") void playFallback() {}
              }
              """)
          .failsHere("play() has no fallback: declare \"void old()\" in Game.");
    }

    @Test
    void privateInSuperclass() {
      Compilation.of(
              "class Base { private void playFallback() {} }",
              """
              class Game extends Base {
                @Flagged("f") // here
                void play() {}
              }
              """)
          .failsHere(
              "play() has no fallback: declare \"void playFallback()\" in Game or a superclass. The"
                  + " one in Base does not count, because Game cannot call it. Or mark a method"
                  + " with such parameters with @Fallback(\"f\").");
    }

    @Test
    void itself() {
      Compilation.of(
              """
              class Game {
                @Flagged(value = "f", fallback = "play") // here
                void play() {}
              }
              """)
          .failsHere(
              "play() cannot be its own fallback: name another method, the one to run while the"
                  + " flag is off.");
    }
  }

  @Nested
  class Mismatch {

    @Test
    void parameterTypes() {
      fails(
          "int play(String player, int move) { return 1; }",
          "int playFallback(String player, long move) { return 0; }",
          "playFallback(String, long) cannot be the fallback of play(String, int): it takes"
              + " (String, long) instead of (String, int) (one more trailing Throwable is"
              + " allowed). Declare it as \"int playFallback(String, int)\".");
    }

    @Test
    void parameterCount() {
      fails(
          "void play(String player) {}",
          "void playFallback() {}",
          "playFallback() cannot be the fallback of play(String): it takes () instead of (String)"
              + " (one more trailing Throwable is allowed). Declare it as \"void"
              + " playFallback(String)\".");
    }

    @Test
    void trailingException() {
      fails(
          "void play() {}",
          "void playFallback(Exception failure) {}",
          "playFallback(Exception) cannot be the fallback of play(): it takes (Exception) instead"
              + " of () (one more trailing Throwable is allowed). Declare it as \"void"
              + " playFallback()\".");
    }

    @Test
    void typeArguments() {
      fails(
          "void play(List<String> moves) {}",
          "void playFallback(List<Integer> moves) {}",
          "playFallback(List<Integer>) cannot be the fallback of play(List<String>): it takes"
              + " (List<Integer>) instead of (List<String>) (one more trailing Throwable is"
              + " allowed). Declare it as \"void playFallback(List<String>)\".");
    }

    @Test
    void typeVariableMeansTwoTypes() {
      fails(
          "void play(List<String> from, List<Integer> to) {}",
          "<T> void playFallback(List<T> from, List<T> to) {}",
          "playFallback(List<T>, List<T>) cannot be the fallback of play(List<String>,"
              + " List<Integer>): it takes (List<T>, List<T>) instead of (List<String>,"
              + " List<Integer>) (one more trailing Throwable is allowed). Declare it as \"void"
              + " playFallback(List<String>, List<Integer>)\".");
    }

    @Test
    void returnType() {
      fails(
          "Object play() { return 1; }",
          "String playFallback() { return null; }",
          "playFallback() cannot be the fallback of play(): it returns String instead of Object."
              + " Declare it as \"Object playFallback()\".");
    }

    @Test
    void returnVoid() {
      fails(
          "int play() { return 1; }",
          "void playFallback() {}",
          "playFallback() cannot be the fallback of play(): it returns void instead of int."
              + " Declare it as \"int playFallback()\".");
    }

    @Test
    void sameSimpleName() {
      fails(
          "Date play() { return null; }",
          "java.sql.Date playFallback() { return null; }",
          "playFallback() cannot be the fallback of play(): it returns java.sql.Date instead of"
              + " java.util.Date. Declare it as \"Date playFallback()\".");
    }

    @Test
    void staticFallback() {
      fails(
          "void play() {}",
          "static void playFallback() {}",
          "playFallback() cannot be the fallback of play(): it is static. Declare it as \"void"
              + " playFallback()\".");
    }

    @Test
    void instanceFallback() {
      fails(
          "static void play() {}",
          "void playFallback() {}",
          "playFallback() cannot be the fallback of play(): it is not static. Declare it as"
              + " \"static void playFallback()\".");
    }

    @Test
    void abstractFallback() {
      Compilation.of(
              """
              interface Pricing {
                @Flagged("f") // here
                default int price(String customer) { return 2; }
                int priceFallback(String customer);
              }
              """)
          .failsHere(
              "priceFallback(String) cannot be the fallback of price(String): it is abstract,"
                  + " so it has no body to run. Declare it as \"int priceFallback(String)\".");
    }

    @Test
    void marked() {
      fails(
          "void play() {}",
          "@Fallback(\"f\") void old(int move) {} void playFallback() {}",
          "old(int) cannot be the fallback of play(): it takes (int) instead of () (one more"
              + " trailing Throwable is allowed). Declare it as \"void old()\".");
    }

    /** What the gate would call takes an Object; the descriptor decides, not what T stands for. */
    @Test
    void superclassTypeVariable() {
      Compilation.of(
              "class Base<T> { void playFallback(T player) {} }",
              """
              class Game extends Base<String> {
                @Flagged("f") // here
                void play(String player) {}
              }
              """)
          .failsHere(
              "playFallback(T) cannot be the fallback of play(String): it takes (T) instead of"
                  + " (String) (one more trailing Throwable is allowed). Declare it as \"void"
                  + " playFallback(String)\".");
    }

    private void fails(String flagged, String fallback, String message) {
      Compilation.of(
              """
              class Game {
                @Flagged("f") // here
                %s
                %s
              }
              """
                  .formatted(flagged, fallback))
          .failsHere(message);
    }
  }

  @Nested
  class Candidates {

    @Test
    void twoMarks() {
      Compilation.of(
              """
              class Game {
                @Flagged("f") // here
                void play() {}
                @Fallback("f") void old() {}
                @Fallback("f") void older() {}
              }
              """)
          .failsHere(
              "Both old() and older() are marked with @Fallback(\"f\"): mark only one of them, or"
                  + " name the one for play() with fallback = \"...\".");
    }

    @Test
    void twoOfTheName() {
      Compilation.of(
              """
              class Game {
                @Flagged(value = "f", fallback = "old") // here
                void play() {}
                void old() {}
                void old(Throwable failure) {}
              }
              """)
          .failsHere(
              "Both old() and old(Throwable) could be the fallback of play(): rename one of them.");
    }

    @Test
    void flaggedItself() {
      Compilation.of(
              """
              class Game {
                @Flagged("f") // here
                void play() {}
                @Flagged("g") void playFallback() {}
                void playFallbackFallback() {}
              }
              """)
          .failsHere(
              "playFallback() cannot be the fallback of play(): it is itself @Flagged. A fallback is"
                  + " a plain method, which runs as it is written.");
    }
  }

  @Nested
  class Refused {

    @Test
    void constructor() {
      // By default javac stops at its own error, that the annotation is not applicable here.
      assertThat(
              Compilation.pastErrors(
                      """
                      class Game {
                        @Flagged("f") Game() {}
                      }
                      """)
                  .messages())
          .contains(
              "A constructor cannot be @Flagged: flag a static method that creates the object.");
    }

    @Test
    void abstractMethod() {
      Compilation.of(
              """
              abstract class Game {
                @Flagged("f") // here
                abstract void play();
                void playFallback() {}
              }
              """)
          .failsHere(
              "The abstract method play() cannot be @Flagged: flag the method that implements it.");
    }

    @Test
    void interfaceMethod() {
      Compilation.of(
              """
              interface Game {
                @Flagged("f") // here
                void play();
              }
              """)
          .failsHere(
              "The abstract method play() cannot be @Flagged: flag the method that implements it.");
    }

    @Test
    void nativeMethod() {
      Compilation.of(
              """
              class Game {
                @Flagged("f") // here
                native void play();
                void playFallback() {}
              }
              """)
          .failsHere(
              "The native method play() cannot be @Flagged: flag a Java method that calls it.");
    }

    @Test
    void suspendFunction() {
      Compilation.of(
              "package kotlin.coroutines; public interface Continuation<T> {}",
              """
              class Game {
                @Flagged("f") // here
                Object play(kotlin.coroutines.Continuation<? super String> then) { return null; }
              }
              """)
          .failsHere(
              "The suspend function play cannot be @Flagged, as it returns before its work is done:"
                  + " flag a plain function.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "new turn", "turn/1", "tür", ".."})
    void flagName_characters(String name) {
      Compilation.of(
              """
              class Game {
                @Flagged(
                    "%s") // here
                void play() {}
                void playFallback() {}
              }
              """
                  .formatted(name))
          .failsHere(
              "\""
                  + name
                  + "\" is not a flag name: use 1 to 128 characters out of letters, digits, '.',"
                  + " '_' and '-', and not dots alone.");
    }

    @Test
    void flagName_tooLong() {
      assertThat(
              Compilation.of(
                      """
                      class Game {
                        @Flagged("%s") void play() {}
                        void playFallback() {}
                      }
                      """
                          .formatted("x".repeat(129)))
                  .messages())
          .singleElement()
          .asString()
          .contains("is not a flag name");
    }
  }

  @Nested
  class Marks {

    @ParameterizedTest
    @ValueSource(
        strings = {
          "class Game { private %s }",
          "final class Game { public %s }",
          "record Game() { public %s }",
          "enum Game { CHESS, GO; public %s }",
          "interface Game { default %s }",
        })
    void flagOfNoMethod_whereOnlyTheClassCanUseIt(String type) {
      Compilation.of(
              type.formatted(
                  """
                  @Fallback("typo") // here
                  void old() {}
                  """))
          .warnsHere(
              "No method of Game is @Flagged(\"typo\"), so nothing leads to this fallback: flag the"
                  + " new implementation, or remove the annotation.");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "class Game { protected %s }",
          "class Game { %s }",
          "abstract class Game { public static %s }",
          "enum Game { CHESS {}, GO; public %s }",
        })
    void flagOfNoMethod_whereASubclassMayUseIt(String type) {
      Compilation.of(type.formatted("@Fallback(\"f\") void old() {}")).succeeds();
    }
  }

  @Nested
  class Keys {

    @Test
    void two() {
      Compilation.of(
              """
              class Shop {
                @Flagged("f")
                void buy(
                    @FlagKey String customer,
                    @FlagKey // here
                    String tenant) {}
                void buyFallback(String customer, String tenant) {}
              }
              """)
          .failsHere(
              "buy(String, String) has two @FlagKey parameters, customer and tenant: a call has one"
                  + " targeting key, so keep one of them.");
    }

    @Test
    void unknownStep() {
      fails(
          "customer.name",
          "The key path \"customer.name\" leads nowhere: Customer has no public method name() or"
              + " getName() and no public field name.");
    }

    @Test
    void hiddenStep() {
      fails(
          "secret",
          "The key path \"secret\" leads nowhere: Order has no public method secret() or"
              + " getSecret() and no public field secret.");
    }

    @Test
    void staticStep() {
      fails(
          "last",
          "The key path \"last\" leads nowhere: Order has no public method last() or getLast() and"
              + " no public field last.");
    }

    @Test
    void stepFromPrimitive() {
      fails(
          "number.id",
          "The key path \"number.id\" leads nowhere: int has no public method id() or getId() and"
              + " no public field id.");
    }

    @Test
    void emptyStep() {
      fails(
          "customer..id",
          "The key path \"customer..id\" has an empty step: write property names with one dot"
              + " between them.");
    }

    private void fails(String path, String message) {
      Compilation.of(
              "record Customer(String id) {}",
              """
              class Order {
                public static String last;
                public Customer customer;
                String secret;
                public int number() { return 1; }
                public void id() {}
                private String secret() { return secret; }
                public String getSecret(int key) { return secret; }
              }
              """,
              """
              class Shop {
                @Flagged("f")
                void buy(
                    @FlagKey(
                        "%s") // here
                    Order order) {}
                void buyFallback(Order order) {}
              }
              """
                  .formatted(path))
          .failsHere(message);
    }
  }

  @Nested
  class Robust {

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
