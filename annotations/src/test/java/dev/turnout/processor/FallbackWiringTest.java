package dev.turnout.processor;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class FallbackWiringTest {

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
}
