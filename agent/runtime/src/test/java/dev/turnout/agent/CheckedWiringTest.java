package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.bootstrap.GateLinker;
import dev.turnout.flags.Report;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What javac's check of the annotations lets through gets its gates, and nothing else does. */
class CheckedWiringTest {
  private static final Pattern TYPE = Pattern.compile("(?:class|interface|enum|record) (\\w+)");
  private static final Pattern PACKAGE = Pattern.compile("package (\\w+);");
  private static final String HEAD = "import dev.turnout.*; ";

  @TempDir Path directory;

  // A line for each class, in package p unless it says otherwise. None that differs by a type
  // argument alone: that is javac's to see.
  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        public class A { @Flagged("f") void play() {} private void playFallback(Throwable t) {} }
        """,
        """
        public class A { @Flagged("f") @Fallback("f") void play() {} void playFallback() {} }
        """,
        """
        public class A { @Flagged(value = "f", fallback = "play") void play() {} }
        """,
        """
        public class A { @Flagged("f") void play() {} @Flagged("g") @Fallback("f") void old() {} \
        void oldFallback() {} }
        """,
        """
        public class A { @Flagged("f") void play() {} @Fallback("f") void old() {} @Fallback("f") \
        void older() {} }
        """,
        """
        public class A { @Flagged("f") void play() {} static void playFallback() {} }
        """,
        """
        public class A { @Flagged("f") Object play() { return 1; } String playFallback() { return ""; } }
        """,
        """
        public class A { @Flagged("f") void play(int i) {} void playFallback(Integer i) {} }
        """,
        """
        public class A { @Flagged(value = "f", variants = @Variant(name = "on", method = "old")) \
        void play() {} void old() {} void playFallback() {} }
        """,
        """
        public class A { @Flagged(value = "f", variants = @Variant(name = "v", method = "old")) \
        void play() {} void old(Throwable t) {} void playFallback() {} }
        """,
        """
        public class A { @Flagged("f") <T extends Number> T play(T t) { return t; } \
        <T extends Number> T playFallback(T t) { return t; } }
        """,
        """
        public interface A { @Flagged("f") default void play() {} private void playFallback() {} }
        """,
        """
        public interface A { @Flagged("f") default void play() {} void playFallback(); }
        """,
        """
        public interface B { default void playFallback() {} }
        public class A implements B { @Flagged("f") void play() {} }
        """,
        """
        public enum A { ONE; @Flagged("f") void play() {} void playFallback() {} }
        """,
        """
        public record A(int i) { @Flagged("f") void play() {} void playFallback() {} }
        """,
        """
        public class A { @Flagged("f") native void play(); void playFallback() {} }
        """,
        """
        public class A { @Flagged(".") void play() {} void playFallback() {} }
        """,
        // Inherited.
        """
        public class B { @Fallback("f") String play() { return ""; } }
        public class A extends B { @Flagged("f") String play() { return ""; } }
        """,
        """
        public class B { String play() { return ""; } }
        public class A extends B { @Flagged(value = "f", fallback = "play") String play() { return ""; } }
        """,
        """
        public class B { @Fallback("f") Object play() { return ""; } }
        public class A extends B { @Flagged("f") String play() { return ""; } }
        """,
        """
        public class B { Object play() { return ""; } }
        public class A extends B { @Flagged(value = "f", fallback = "play") String play() { return ""; } }
        """,
        """
        public class B { @Fallback("f") String old() { return ""; } }
        public class A extends B { @Flagged("f") String play() { return ""; } String old() { return ""; } }
        """,
        """
        public class B { @Fallback("f") String old() { return ""; } }
        public class A extends B { @Flagged("f") String play() { return ""; } @Flagged("g") \
        String old() { return ""; } String oldFallback() { return ""; } }
        """,
        """
        public class B { @Fallback("f") Object old() { return ""; } }
        public class A extends B { @Flagged("f") Object play() { return ""; } @Flagged("g") \
        String old() { return ""; } String oldFallback() { return ""; } }
        """,
        """
        public class B<T> { @Fallback("f") void old(T t) {} }
        public class A extends B<String> { @Flagged("f") void play(Object s) {} @Flagged("g") \
        void old(String s) {} void oldFallback(String s) {} }
        """,
        """
        public class B<T> { @Fallback("f") void old(T t) {} }
        public class A extends B<String> { @Flagged("f") void play(String s) {} }
        """,
        """
        public class B { @Fallback("f") static void old() {} }
        public class C extends B { @Flagged("g") static void old() {} static void oldFallback() {} }
        public class A extends C { @Flagged("f") static void play() {} }
        """,
        """
        public class B { @Fallback("f") void old() {} }
        public abstract class C extends B { abstract void old(); }
        public abstract class A extends C { @Flagged("f") void play() {} }
        """,
        """
        public class B { void play() {} }
        public class A extends B { @Flagged(value = "f", variants = @Variant(name = "v", method = "play")) \
        void play() {} void playFallback() {} }
        """,
        """
        class B { @Fallback("f") public void old() {} }
        public class A extends B { @Flagged("f") public void play() {} }
        """,
        // Hidden.
        """
        public class B { private void playFallback() {} }
        public class A extends B { @Flagged("f") void play() {} }
        """,
        """
        package q; public class B { void playFallback() {} }
        public class A extends q.B { @Flagged("f") void play() {} }
        """,
        """
        package q; public class B { protected void playFallback() {} }
        public class A extends q.B { @Flagged("f") void play() {} }
        """,
        """
        public class B { String old() { return ""; } }
        package q; public class C extends p.B { private String old() { return ""; } }
        public class A extends q.C { @Flagged(value = "f", fallback = "old") String play() { return ""; } }
        """,
        """
        public class B { String old() { return ""; } }
        package q; public class C extends p.B { String old() { return ""; } }
        public class A extends q.C { @Flagged(value = "f", fallback = "old") String play() { return ""; } }
        """,
        """
        public class B { String old() { return ""; } }
        package q; public class C extends p.B { private Object old() { return ""; } }
        public class A extends q.C { @Flagged(value = "f", fallback = "old") String play() { return ""; } }
        """,
        // The JDK's.
        """
        public class A extends java.util.ArrayList<String> { @Flagged(value = "f", fallback = "clear") \
        public void wipe() {} }
        """,
        """
        public class A extends java.util.ArrayList<String> { @Flagged(value = "f", fallback = "clear") \
        public void wipe() {} @Override public void clear() { super.clear(); } }
        """,
        """
        public class A { @Flagged(value = "f", fallback = "notify") void play() {} }
        """,
        """
        public class A extends javax.naming.InitialContext { A() throws Exception {} \
        @Flagged(value = "f", fallback = "close") public void play() {} }
        """,
        """
        public class A extends java.awt.event.WindowAdapter { \
        @Flagged(value = "f", fallback = "windowOpened") void play(java.awt.event.WindowEvent e) {} }
        """
      })
  void check_agreesWithTheAgent(String shape) throws Exception {
    Map<String, String> sources = new LinkedHashMap<>();
    for (String line : shape.lines().toList()) {
      String in = first(PACKAGE, line, "p");
      String source = line.replaceFirst("package \\w+; ", "");
      sources.put(in + '.' + first(TYPE, line, ""), "package " + in + "; " + HEAD + source);
    }
    List<Report.Gate> refused = refused(sources);
    assertThat(WrittenClasses.complaints(sources).isEmpty())
        .as("javac: %s, agent: %s", WrittenClasses.complaints(sources), refused)
        .isEqualTo(refused.isEmpty());
  }

  private List<Report.Gate> refused(Map<String, String> sources) throws Exception {
    AgentRuntime runtime = InstalledAgent.in(directory, "flags: {f: {percentage: 0}}");
    try {
      ClassLoader loader =
          new WrittenClasses(
              getClass().getClassLoader(),
              WrittenClasses.compile(sources),
              sources.keySet().toArray(String[]::new));
      assertThat(loader.loadClass("p.A")).isNotNull();
      assertThat(runtime.gates()).as("gates that were seen").isNotEmpty();
      return runtime.gates().stream().filter(gate -> !gate.wired()).toList();
    } finally {
      runtime.close();
      GateLinker.connect(null);
    }
  }

  private static String first(Pattern pattern, String text, String otherwise) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? matcher.group(1) : otherwise;
  }
}
