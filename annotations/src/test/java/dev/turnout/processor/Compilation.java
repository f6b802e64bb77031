package dev.turnout.processor;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.Flagged;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.annotation.processing.Processor;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * One run of javac over sources in memory, and what it said. A line that ends in {@code // here} is
 * where the one complaint is expected.
 */
final class Compilation {

  private static final Pattern TYPE_NAME =
      Pattern.compile("(?:class|interface|record|enum) (\\w+)");
  private static final String IMPORTS = "package app; import dev.turnout.*; import java.util.*; ";

  private final List<Diagnostic<? extends JavaFileObject>> diagnostics;
  private final List<Source> sources;

  private Compilation(
      List<Diagnostic<? extends JavaFileObject>> diagnostics, List<Source> sources) {
    this.diagnostics = diagnostics;
    this.sources = sources;
  }

  /** Compiles sources of package {@code app}, which need no imports, with the processor. */
  static Compilation of(String... sources) {
    return with(List.of(new WiringProcessor()), sources);
  }

  /** Compiles as builds with Error Prone do, where javac's own errors do not end it at once. */
  static Compilation pastErrors(String... sources) {
    return run(List.of("--should-stop=ifError=FLOW"), List.of(new WiringProcessor()), sources);
  }

  static Compilation with(List<? extends Processor> processors, String... sources) {
    return run(List.of(), processors, sources);
  }

  private static Compilation run(
      List<String> extra, List<? extends Processor> processors, String... sources) {
    List<Source> files = new ArrayList<>();
    for (String source : sources) {
      // On the first line, so that line numbers stay what they are.
      files.add(new Source(source.startsWith("package ") ? source : IMPORTS + source));
    }
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> collector = new DiagnosticCollector<>();
    try (StandardJavaFileManager standard =
        javac.getStandardFileManager(collector, Locale.ROOT, StandardCharsets.UTF_8)) {
      List<String> options = new ArrayList<>(extra);
      Collections.addAll(options, "-classpath", annotations());
      JavaCompiler.CompilationTask task =
          javac.getTask(null, new InMemory(standard), collector, options, null, files);
      task.setLocale(Locale.ROOT);
      task.setProcessors(processors);
      task.call();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Compilation(collector.getDiagnostics(), files);
  }

  void succeeds() {
    assertThat(diagnostics).isEmpty();
  }

  void failsHere(String message) {
    complainsHere(Diagnostic.Kind.ERROR, message);
  }

  void warnsHere(String message) {
    complainsHere(Diagnostic.Kind.WARNING, message);
  }

  List<String> messages() {
    return diagnostics.stream().map(diagnostic -> diagnostic.getMessage(Locale.ROOT)).toList();
  }

  private void complainsHere(Diagnostic.Kind kind, String message) {
    assertThat(messages()).containsExactly(message);
    Diagnostic<? extends JavaFileObject> only = diagnostics.get(0);
    assertThat(only.getKind()).isEqualTo(kind);
    Source marked =
        sources.stream().filter(source -> source.markedLine() > 0).findFirst().orElseThrow();
    assertThat(requireNonNull(only.getSource()).getName()).isEqualTo(marked.getName());
    assertThat(only.getLineNumber()).isEqualTo(marked.markedLine());
  }

  private static String annotations() {
    try {
      URI location = Flagged.class.getProtectionDomain().getCodeSource().getLocation().toURI();
      return new File(location).getPath();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String text) {
      super(URI.create("memory:///app/" + typeName(text) + ".java"), Kind.SOURCE);
      this.text = text;
    }

    private static String typeName(String text) {
      Matcher matcher = TYPE_NAME.matcher(text);
      assertThat(matcher.find()).as("a type in %s", text).isTrue();
      return matcher.group(1);
    }

    long markedLine() {
      List<String> lines = text.lines().toList();
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).endsWith("// here")) {
          return i + 1;
        }
      }
      return 0;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  /** Keeps generated sources and drops class files. */
  private static final class InMemory extends ForwardingJavaFileManager<StandardJavaFileManager> {
    InMemory(StandardJavaFileManager standard) {
      super(standard);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        JavaFileManager.Location location,
        String className,
        JavaFileObject.Kind kind,
        FileObject sibling) {
      return new Output(className, kind);
    }
  }

  private static final class Output extends SimpleJavaFileObject {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Output(String className, Kind kind) {
      super(URI.create("memory:///" + className.replace('.', '/') + kind.extension), kind);
    }

    @Override
    public OutputStream openOutputStream() {
      return bytes;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }
}
