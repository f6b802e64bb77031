package dev.turnout.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The methods that {@code @Flagged} names for variants. */
class VariantWiringTest {

  @Nested
  class Accepted {

    @Test
    void sameSignature_anyAccess() {
      Compilation.of(
              """
              class Recovery {
                @Flagged(value = "f", variants = {
                  @Variant(name = "manual_recovery", method = "manual"),
                  @Variant(name = "auto", method = "auto"),
                })
                int recover(String game, int... moves) { return 1; }
                private int manual(String game, int... moves) { return 2; }
                public int auto(String game, int[] moves) { return 3; }
                int recoverFallback(String game, int... moves) { return 0; }
              }
              """)
          .succeeds();
    }

    @Test
    void one_withoutBraces() {
      Compilation.of(
              """
              class Recovery {
                @Flagged(value = "f", variants = @Variant(name = "manual", method = "manual"))
                static void recover() {}
                static void manual() {}
                static void recoverFallback() {}
              }
              """)
          .succeeds();
    }

    @Test
    void theFallback_forAControlGroup() {
      Compilation.of(
              """
              class Recovery {
                @Flagged(value = "f", variants = {
                  @Variant(name = "control", method = "recoverFallback"),
                  @Variant(name = "also_control", method = "recoverFallback"),
                })
                void recover() {}
                void recoverFallback() {}
              }
              """)
          .succeeds();
    }

    @Test
    void overloaded() {
      Compilation.of(
              "abstract class Base { protected void manual(String game) {} }",
              """
              class Recovery extends Base {
                @Flagged(value = "f", variants = @Variant(name = "manual", method = "manual"))
                void recover(int game) {}
                void manual(int game) {}
                void manual(int game, Throwable failure) {}
                void recoverFallback(int game) {}
              }
              """)
          .succeeds();
    }

    @Test
    void superclass_inherits() {
      Compilation.of(
              "abstract class Base { protected void manual() {} }",
              """
              class Recovery extends Base {
                @Flagged(value = "f", variants = @Variant(name = "manual", method = "manual"))
                void recover() {}
                void recoverFallback() {}
              }
              """)
          .succeeds();
    }

    @Test
    void twenty() {
      Compilation.of(many(20)).succeeds();
    }
  }

  private static String many(int count) {
    String variants =
        IntStream.range(0, count)
            .mapToObj(i -> "@Variant(name = \"v" + i + "\", method = \"other\")")
            .collect(Collectors.joining(", "));
    return """
    class Recovery {
      @Flagged(value = "f",
          variants = {%s}) // here
      void recover() {}
      void other() {}
      void recoverFallback() {}
    }
    """
        .formatted(variants);
  }

  @Nested
  class Refused {

    private void fails(String variant, String methods, String message) {
      Compilation.of(
              """
              class Recovery {
                @Flagged(
                    value = "f",
                    variants = {
                      @Variant(name = "good", method = "recoverFallback"),
                      %s
                    })
                void recover(String game) {}
                void recoverFallback(String game) {}
                %s
              }
              """
                  .formatted(variant, methods))
          .failsHere(message);
    }

    @Test
    void noSuchMethod() {
      fails(
          "@Variant(name = \"manual\", method = \"manual\") // here",
          "",
          "recover(String) has no method for variant \"manual\": declare \"void manual(String)\" in"
              + " Recovery.");
    }

    @Test
    void pointsAtTheMember() {
      fails(
          """
          @Variant(
              name = "manual",
              method =
                  "manual") // here
          """,
          "",
          "recover(String) has no method for variant \"manual\": declare \"void manual(String)\" in"
              + " Recovery.");
    }

    @Test
    void emptyMethod() {
      fails(
          "@Variant(name = \"manual\", method = \"\") // here",
          "",
          "Variant \"manual\" of recover(String) names no method.");
    }

    @Test
    void otherParameters() {
      fails(
          "@Variant(name = \"manual\", method = \"manual\") // here",
          "void manual(int game) {}",
          "manual(int) cannot be variant \"manual\" of recover(String): it takes (int) instead of"
              + " (String). Declare it as \"void manual(String)\".");
    }

    @Test
    void trailingThrowable() {
      fails(
          "@Variant(name = \"manual\", method = \"manual\") // here",
          "void manual(String game, Throwable failure) {}",
          "manual(String, Throwable) cannot be variant \"manual\" of recover(String): it takes"
              + " (String, Throwable) instead of (String). Declare it as \"void manual(String)\".");
    }

    @Test
    void otherReturnType() {
      fails(
          "@Variant(name = \"manual\", method = \"manual\") // here",
          "int manual(String game) { return 1; }",
          "manual(String) cannot be variant \"manual\" of recover(String): it returns int instead of"
              + " void. Declare it as \"void manual(String)\".");
    }

    @Test
    void staticMethod() {
      fails(
          "@Variant(name = \"manual\", method = \"manual\") // here",
          "static void manual(String game) {}",
          "manual(String) cannot be variant \"manual\" of recover(String): it is static. Declare it"
              + " as \"void manual(String)\".");
    }

    @Test
    void abstractMethod() {
      Compilation.of(
              """
              abstract class Recovery {
                @Flagged(
                    value = "f",
                    variants = @Variant(name = "manual", method = "manual")) // here
                void recover(String game) {}
                void recoverFallback(String game) {}
                abstract void manual(String game);
              }
              """)
          .failsHere(
              "manual(String) cannot be variant \"manual\" of recover(String): it is abstract, so it"
                  + " has no body to run. Declare it as \"void manual(String)\".");
    }

    @Test
    void flaggedItself() {
      fails(
          "@Variant(name = \"manual\", method = \"manual\") // here",
          "@Flagged(\"g\") void manual(String game) {} void manualFallback(String game) {}",
          "manual(String) cannot be variant \"manual\" of recover(String): it is itself @Flagged. A"
              + " variant's method is a plain method, which runs as it is written.");
    }

    @Test
    void theAnnotatedMethod() {
      fails(
          "@Variant(name = \"manual\", method = \"recover\") // here",
          "",
          "recover(String) is what runs for every variant that is not listed: name another method"
              + " for variant \"manual\", or leave it out.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"on", "off"})
    void reservedName(String name) {
      fails(
          "@Variant(name = \"" + name + "\", method = \"recoverFallback\") // here",
          "",
          "\""
              + name
              + "\" cannot be a variant: it means a flag without variants. Give it another name.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "tür", ".."})
    void nameThatIsNone(String name) {
      fails(
          "@Variant(name = \"" + name + "\", method = \"recoverFallback\") // here",
          "",
          "\""
              + name
              + "\" is not a variant's name: use 1 to 128 characters out of letters, digits, '.', '_'"
              + " and '-', and not dots alone.");
    }

    @Test
    void sameNameTwice() {
      fails(
          "@Variant(name = \"good\", method = \"recoverFallback\") // here",
          "",
          "\"good\" is there twice.");
    }

    @Test
    void tooMany() {
      Compilation.of(many(21)).failsHere("recover() has 21 variants: a flag has at most 20.");
    }

    @Test
    void eachWrongOne_isToldForItself() {
      assertThat(
              Compilation.of(
                      """
                      class Recovery {
                        @Flagged(value = "f", variants = {
                          @Variant(name = "a", method = "nobody"),
                          @Variant(name = "b", method = "nobody"),
                        })
                        void recover() {}
                        void recoverFallback() {}
                      }
                      """)
                  .messages())
          .hasSize(2);
    }
  }

  @Test
  void unresolvedValues_leftToJavac() {
    assertThat(
            Compilation.pastErrors(
                    """
                    class Recovery {
                      @Flagged(value = "f", variants = {
                        @Variant(name = Names.MANUAL, method = "nobody"),
                        @Variant(name = "b", method = Names.METHOD),
                        Names.ALL,
                      })
                      void recover() {}
                      void recoverFallback() {}
                    }
                    """)
                .messages())
        .noneMatch(message -> message.contains("variant"));
  }
}
