package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.bootstrap.GateLinker;
import dev.turnout.flags.Report;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fallbacks that a superclass declares, and whether the class can call them. */
class InheritedFallbacksTest {
  private static final String BASE =
      "package p; public class Base { String old() { return \"old\"; } }";
  private static final String PLAY =
      """
      package p;
      public class Play extends Base {
        @dev.turnout.Flagged(value = "f", fallback = "old")
        public String play() { return "new"; }
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

  private static Object play(ClassLoader loader) throws ReflectiveOperationException {
    Class<?> type = loader.loadClass("p.Play");
    Method method = type.getMethod("play");
    return method.invoke(type.getConstructor().newInstance());
  }

  private static ClassLoader loader(Map<String, String> sources) {
    return new WrittenClasses(
        InheritedFallbacksTest.class.getClassLoader(),
        WrittenClasses.compile(sources),
        sources.keySet().toArray(String[]::new));
  }

  private void assertRefused(String problem) {
    assertThat(runtime.gates())
        .singleElement()
        .satisfies(
            gate -> {
              assertThat(gate.wired()).isFalse();
              assertThat(gate.problem()).contains(problem);
            });
  }

  @Test
  void packagePrivate_ofTheSameLoader_isCalled() throws Exception {
    assertThat(play(loader(Map.of("p.Base", BASE, "p.Play", PLAY)))).isEqualTo("old");
    assertThat(runtime.gates()).singleElement().matches(Report.Gate::wired);
  }

  @Test
  void packagePrivate_ofAnotherLoader_isRefused() throws Exception {
    Map<String, byte[]> compiled = WrittenClasses.compile(Map.of("p.Base", BASE, "p.Play", PLAY));
    ClassLoader library = new WrittenClasses(getClass().getClassLoader(), compiled, "p.Base");
    assertThat(play(new WrittenClasses(library, compiled, "p.Play"))).isEqualTo("new");
    assertRefused("p.Base#old is package-private, and its class comes from another class loader");
  }

  @Test
  void packagePrivateVariant_ofAnotherLoader_isRefused() throws Exception {
    String play =
        """
        package p;
        public class Play extends Base {
          @dev.turnout.Flagged(
              value = "f",
              fallback = "own",
              variants = @dev.turnout.Variant(name = "v", method = "old"))
          public String play() { return "new"; }

          String own() { return "own"; }
        }
        """;
    Map<String, byte[]> compiled = WrittenClasses.compile(Map.of("p.Base", BASE, "p.Play", play));
    ClassLoader library = new WrittenClasses(getClass().getClassLoader(), compiled, "p.Base");
    assertThat(play(new WrittenClasses(library, compiled, "p.Play"))).isEqualTo("new");
    assertRefused("p.Base#old is package-private");
  }

  /** Has its own classes before its parent's, and its parent's files before its own. */
  private static final class ChildFirst extends ClassLoader {
    private final Map<String, byte[]> compiled;

    ChildFirst(ClassLoader parent, Map<String, byte[]> compiled) {
      super(parent);
      this.compiled = compiled;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      byte[] bytes = compiled.get(name);
      if (bytes == null) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? defineClass(name, bytes, 0, bytes.length) : loaded;
    }

    @Override
    public InputStream getResourceAsStream(String name) {
      return getParent().getResourceAsStream(name);
    }
  }

  // The files say what the parent's superclass has, and the class gets another.
  private static ClassLoader childFirst(String parents, String own, String play) {
    Map<String, byte[]> older = WrittenClasses.compile(Map.of("p.Base", parents));
    ClassLoader parent =
        new WrittenClasses(InheritedFallbacksTest.class.getClassLoader(), older, "p.Base");
    return new ChildFirst(parent, WrittenClasses.compile(Map.of("p.Base", own, "p.Play", play)));
  }

  private static final String PROTECTED = BASE.replace("String old", "protected String old");

  @Test
  void fallbackThatTheLoadedSuperclassHasNot_isRefused() throws Exception {
    // Compiled by the name that the loaded one has.
    String own = PROTECTED.replace("old()", "renamed()");
    assertThat(play(childFirst(PROTECTED, own, PLAY))).isEqualTo("new");
    assertRefused("p.Base#old cannot be called");
  }

  @Test
  void fallbackOfAnotherTypeInTheLoadedSuperclass_isRefused() throws Exception {
    String own = PROTECTED.replace("String old", "Object old");
    assertThat(play(childFirst(PROTECTED, own, PLAY))).isEqualTo("new");
    assertRefused("p.Base#old cannot be called");
  }

  @Test
  void fallbackThatIsStaticInTheLoadedSuperclass_isRefused() throws Exception {
    String own = PROTECTED.replace("String old", "static String old");
    assertThat(play(childFirst(PROTECTED, own, PLAY))).isEqualTo("new");
    assertRefused("p.Base#old cannot be called");
  }

  @Test
  void staticFallbackThatIsNoneInTheLoadedSuperclass_isRefused() throws Exception {
    String play = PLAY.replace("public String play", "public static String play");
    String older = PROTECTED.replace("String old", "static String old");
    assertThat(play(childFirst(older, PROTECTED, play))).isEqualTo("new");
    assertRefused("p.Base#old cannot be called");
  }

  @Test
  void fallbackThatIsPrivateInTheLoadedSuperclass_isRefused() throws Exception {
    String own = PROTECTED.replace("protected", "private");
    assertThat(play(childFirst(PROTECTED, own, PLAY))).isEqualTo("new");
    assertRefused("p.Base#old cannot be called");
  }

  @Test
  void variantThatTheLoadedSuperclassHasNot_isRefused() throws Exception {
    String play =
        """
        package p;
        public class Play extends Base {
          @dev.turnout.Flagged(
              value = "f",
              fallback = "own",
              variants = @dev.turnout.Variant(name = "v", method = "old"))
          public String play() { return "new"; }

          String own() { return "own"; }
        }
        """;
    assertThat(play(childFirst(PROTECTED, PROTECTED.replace("old()", "renamed()"), play)))
        .isEqualTo("new");
    assertRefused("p.Base#old cannot be called");
  }

  @Test
  void fallbackThatTheLoadedSuperclassHasToo_isCalled() throws Exception {
    String own = PROTECTED.replace("\"old\"", "\"own\"");
    assertThat(play(childFirst(PROTECTED, own, PLAY))).isEqualTo("own");
    assertThat(runtime.gates()).singleElement().matches(Report.Gate::wired);
  }

  // Of another package, and loaded by another loader: as most libraries' classes are.
  @Test
  void protectedFallback_ofAnotherPackageAndLoader_isCalled() throws Exception {
    String base = PROTECTED.replace("package p;", "package q;");
    String play = PLAY.replace("extends Base", "extends q.Base");
    Map<String, byte[]> compiled = WrittenClasses.compile(Map.of("q.Base", base, "p.Play", play));
    ClassLoader library = new WrittenClasses(getClass().getClassLoader(), compiled, "q.Base");
    assertThat(play(new WrittenClasses(library, compiled, "p.Play"))).isEqualTo("old");
    assertThat(runtime.gates()).singleElement().matches(Report.Gate::wired);
  }

  @Test
  void staticFallback_ofASuperclass_isCalled() throws Exception {
    String play = PLAY.replace("public String play", "public static String play");
    String base = PROTECTED.replace("String old", "static String old");
    assertThat(play(loader(Map.of("p.Base", base, "p.Play", play)))).isEqualTo("old");
    assertThat(runtime.gates()).singleElement().matches(Report.Gate::wired);
  }

  // Who calls with null needs no such class, and nor does the call.
  @Test
  void fallbackOfATypeThatIsNotThere_isCalled() throws Exception {
    String base = PROTECTED.replace("old()", "old(Missing missing)");
    String play =
        PLAY.replace(
            "public String play() {",
            "public String play() { return play(null); } String play(Missing missing) {");
    play =
        play.replace("  @dev.turnout.Flagged(value = \"f\", fallback = \"old\")\n", "")
            .replace(
                "String play(Missing",
                "@dev.turnout.Flagged(value = \"f\", fallback = \"old\") String play(Missing");
    Map<String, byte[]> compiled =
        WrittenClasses.compile(
            Map.of("p.Base", base, "p.Play", play, "p.Missing", "package p; class Missing { }"));
    ClassLoader loader =
        new WrittenClasses(getClass().getClassLoader(), compiled, "p.Base", "p.Play");
    assertThat(play(loader)).isEqualTo("old");
    assertThat(runtime.gates()).singleElement().matches(Report.Gate::wired);
  }

  // Which does not override the other, so both are called old.
  @Test
  void hiddenByAPrivateMethod_isRefused() throws Exception {
    String between =
        """
        package q;
        public class Between extends p.Base {
          private String old() { return "hiding"; }
        }
        """;
    String play = PLAY.replace("extends Base", "extends q.Between");
    assertThat(play(loader(Map.of("p.Base", BASE, "q.Between", between, "p.Play", play))))
        .isEqualTo("new");
    assertRefused(
        "its fallback old is hidden by a method of q.Between that this class cannot call");
  }

  // The call would lead into the gate again, and again.
  @Test
  void overriddenByTheMethodItself_isRefused() throws Exception {
    String base =
        """
        package p;
        public class Base {
          @dev.turnout.Fallback("f")
          public String play() { return "old"; }
        }
        """;
    String play = PLAY.replace(", fallback = \"old\"", "");
    assertThat(play(loader(Map.of("p.Base", base, "p.Play", play)))).isEqualTo("new");
    assertRefused("its fallback play is flagged itself");
  }

  @Test
  void overriddenWithANarrowerType_isCalledThroughTheBridge() throws Exception {
    String base = BASE.replace("String old", "Object old");
    String play =
        PLAY.replace("public String play", "public Object play")
            .replace("\"new\"; }", "\"new\"; } String old() { return \"overridden\"; }");
    assertThat(play(loader(Map.of("p.Base", base, "p.Play", play)))).isEqualTo("overridden");
  }

  // Each class is loaded; but the loader that is closed gives no class file any more.
  @Test
  void closedLoader_losesNoGate_whenTheClassIsTransformedAgain() throws Exception {
    String base =
        """
        package p;
        public class Base {
          @dev.turnout.Fallback("f")
          protected String old() { return "old"; }

          protected String other() { return "other"; }
        }
        """;
    String play =
        """
        package p;
        public class Play extends Base {
          @dev.turnout.Flagged("f")
          public String play() { return "new"; }

          @dev.turnout.Flagged(
              value = "f",
              fallback = "own",
              variants = @dev.turnout.Variant(name = "v", method = "other"))
          public String vary() { return "new"; }

          String own() { return "own"; }
        }
        """;
    URLClassLoader loader = classesOf(Map.of("p.Base", base, "p.Play", play));
    assertThat(play(loader)).isEqualTo("old");
    loader.close();
    ByteBuddyAgent.install().retransformClasses(loader.loadClass("p.Play"));
    assertThat(play(loader)).isEqualTo("old");
    assertThat(runtime.gates()).hasSize(2).allMatch(Report.Gate::wired);
  }

  // As when a jar is written over under a JVM that runs: what was loaded stays.
  @Test
  void superclassWithAnotherFile_losesNoGate_whenTheClassIsTransformedAgain() throws Exception {
    URLClassLoader loader = classesOf(Map.of("p.Base", BASE, "p.Play", PLAY));
    assertThat(play(loader)).isEqualTo("old");
    String later = "package p; public class Base { }";
    write(WrittenClasses.compile(Map.of("p.Base", later)));
    ByteBuddyAgent.install().retransformClasses(loader.loadClass("p.Play"));
    assertThat(play(loader)).isEqualTo("old");
    assertThat(runtime.gates()).singleElement().matches(Report.Gate::wired);
    loader.close();
  }

  private URLClassLoader classesOf(Map<String, String> sources) throws Exception {
    write(WrittenClasses.compile(sources));
    return new URLClassLoader(
        new URL[] {directory.resolve("classes").toUri().toURL()}, getClass().getClassLoader());
  }

  private void write(Map<String, byte[]> compiled) throws IOException {
    Files.createDirectories(directory.resolve("classes/p"));
    for (Map.Entry<String, byte[]> type : compiled.entrySet()) {
      String file = type.getKey().replace('.', '/') + ".class";
      Files.write(directory.resolve("classes").resolve(file), type.getValue());
    }
  }
}
