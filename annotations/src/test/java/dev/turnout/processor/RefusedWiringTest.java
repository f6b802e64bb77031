package dev.turnout.processor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefusedWiringTest {

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
}
