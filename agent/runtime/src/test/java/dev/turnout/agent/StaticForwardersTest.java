package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.bootstrap.GateLinker;
import dev.turnout.flags.Report;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Classes as Scala makes them of an object and its companion class, which has a static method with
 * the same annotations for each public one of the object.
 */
class StaticForwardersTest {
  private static final String OBJECT =
      """
      package p;
      public class Shop$ {
        public static final Shop$ MODULE$ = new Shop$();

        @dev.turnout.Flagged(value = "f", fallback = "old")
        public String quote(String item) { return "new " + item; }

        private String old(String item) { return "old " + item; }
      }
      """;
  private static final String COMPANION =
      """
      package p;
      public class Shop {
        @dev.turnout.Flagged(value = "f", fallback = "old")
        public static String quote(String item) { return Shop$.MODULE$.quote(item); }

        @dev.turnout.Flagged(value = "f", fallback = "free")
        public String price() { return "dear"; }

        String free() { return "free"; }
      }
      """;

  @TempDir Path directory;
  private AgentRuntime runtime;

  @BeforeEach
  void install() throws Exception {
    runtime = InstalledAgent.in(directory, "flags: {f: {percentage: 0}}");
  }

  @AfterEach
  void uninstall() {
    runtime.close();
    GateLinker.connect(null);
  }

  private static Class<?> shop(String companion) throws ClassNotFoundException {
    Map<String, byte[]> compiled =
        WrittenClasses.compile(Map.of("p.Shop$", OBJECT, "p.Shop", companion));
    ClassLoader parent = StaticForwardersTest.class.getClassLoader();
    return new WrittenClasses(parent, compiled, "p.Shop", "p.Shop$").loadClass("p.Shop");
  }

  private static Object quote(Class<?> shop) throws ReflectiveOperationException {
    return shop.getMethod("quote", String.class).invoke(null, "tea");
  }

  @Test
  void callThroughAForwarder_isDecidedOnce_whereItLeadsTo() throws Exception {
    assertThat(quote(shop(COMPANION))).isEqualTo("old tea");
    assertThat(runtime.gates())
        .allMatch(Report.Gate::wired)
        .extracting(Report.Gate::method)
        .containsExactly("p.Shop#price()", "p.Shop$#quote(java.lang.String)");
    assertThat(runtime.engine().recorders().total("f", false).calls()).isEqualTo(1);
  }

  @Test
  void companionClass_keepsItsOwnGates() throws Exception {
    Class<?> shop = shop(COMPANION);
    Object price = shop.getMethod("price").invoke(shop.getConstructor().newInstance());
    assertThat(price).isEqualTo("free");
  }

  @Test
  void staticMethodThatDoesMore_isNoForwarder() throws Exception {
    String written = COMPANION.replace(".quote(item)", ".quote(item).trim()");
    assertThat(quote(shop(written))).isEqualTo("old tea");
    assertThat(runtime.gates())
        .filteredOn(gate -> gate.method().equals("p.Shop#quote(java.lang.String)"))
        .singleElement()
        .satisfies(gate -> assertThat(gate.problem()).contains("no fallback: expected"));
  }
}
