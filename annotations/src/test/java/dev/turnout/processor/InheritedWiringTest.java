package dev.turnout.processor;

import org.junit.jupiter.api.Test;

/** Fallbacks that a superclass declares, and what a call of theirs would run. */
class InheritedWiringTest {

  @Test
  void marked_overriddenByTheFlaggedMethod() {
    Compilation.of(
            "class Base { @Fallback(\"f\") public String play() { return null; } }",
            """
            class Game extends Base {
              @Flagged("f") // here
              @Override public String play() { return null; }
            }
            """)
        .failsHere(
            "play() of Base cannot be the fallback of play(): play() of Game runs in its place, and"
                + " is itself @Flagged. Name another method, such as one that calls super.play().");
  }

  @Test
  void named_overriddenByTheFlaggedMethod() {
    Compilation.of(
            "class Base { public String play() { return null; } }",
            """
            class Game extends Base {
              @Flagged(value = "f", fallback = "play") // here
              @Override public String play() { return null; }
            }
            """)
        .failsHere(
            "play() of Base cannot be the fallback of play(): play() of Game runs in its place, and"
                + " is itself @Flagged. Name another method, such as one that calls super.play().");
  }

  @Test
  void marked_overriddenByAFlaggedMethod_ofANarrowerType() {
    Compilation.of(
            "class Base { @Fallback(\"f\") Object old(String player) { return null; } }",
            """
            class Middle extends Base {
              @Flagged("g") @Override String old(String player) { return null; }
              String oldFallback(String player) { return null; }
            }
            """,
            """
            class Game extends Middle {
              @Flagged("f") // here
              Object play(String player) { return null; }
            }
            """)
        .failsHere(
            "old(String) of Base cannot be the fallback of play(String): old(String) of Middle runs"
                + " in its place, and is itself @Flagged. Name another method.");
  }

  @Test
  void marked_staticHiddenByAFlaggedMethod() {
    Compilation.of(
            "class Base { @Fallback(\"f\") static void old() {} }",
            """
            class Middle extends Base {
              @Flagged("g") static void old() {}
              static void oldFallback() {}
            }
            """,
            """
            class Game extends Middle {
              @Flagged("f") // here
              static void play() {}
            }
            """)
        .failsHere(
            "old() of Base cannot be the fallback of play(): old() of Middle runs in its place, and"
                + " is itself @Flagged. Name another method.");
  }

  @Test
  void variant_overriddenByTheFlaggedMethod() {
    Compilation.of(
            "class Base { void play() {} }",
            """
            class Game extends Base {
              @Flagged(value = "f", variants =
                  @Variant(name = "v", method = "play")) // here
              @Override void play() {}
              void playFallback() {}
            }
            """)
        .failsHere(
            "play() of Base cannot be variant \"v\" of play(): play() of Game runs in its place,"
                + " and is itself @Flagged. Name another method, such as one that calls"
                + " super.play().");
  }

  @Test
  void overriddenByAPlainMethod_isAccepted() {
    Compilation.of(
            "class Base { @Fallback(\"f\") String old() { return null; } }",
            """
            class Game extends Base {
              @Flagged("f") String play() { return null; }
              @Override String old() { return null; }
            }
            """)
        .succeeds();
  }

  @Test
  void hiddenByAPrivateMethod() {
    Compilation.of(
            "package p; public class Base { public Base() {} String old() { return null; } }",
            """
            package q; public class Between extends p.Base {
              private String old() { return null; }
            }
            """,
            """
            package p; class Game extends q.Between {
              @dev.turnout.Flagged(value = "f", fallback = "old") // here
              String play() { return null; }
            }
            """)
        .failsHere(
            "old() of Base cannot be the fallback of play(): old() of Between hides it, which Game"
                + " cannot call. Rename one of the two.");
  }

  @Test
  void privateMethodOfAnotherType_hidesNothing() {
    Compilation.of(
            "package p; public class Base { public Base() {} String old() { return null; } }",
            """
            package q; public class Between extends p.Base {
              private Object old() { return null; }
            }
            """,
            """
            package p; class Game extends q.Between {
              @dev.turnout.Flagged(value = "f", fallback = "old") String play() { return null; }
            }
            """)
        .succeeds();
  }

  @Test
  void ofTheJdk() {
    Compilation.of(
            """
            class Moves extends ArrayList<String> {
              @Flagged(value = "f", fallback = "clear") // here
              public void wipe() {}
            }
            """)
        .failsHere(
            "wipe() has no fallback: declare \"void clear()\" in Moves. The one in ArrayList does"
                + " not count, because it is the JDK's: Moves can have one that calls it.");
  }
}
