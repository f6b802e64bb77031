package dev.turnout.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Loads classes that a test has written out; class files of theirs are in no folder. */
final class WrittenClasses extends ClassLoader {
  private final Map<String, byte[]> files = new HashMap<>();

  /** Creates a loader of the named ones of compiled classes. */
  WrittenClasses(ClassLoader parent, Map<String, byte[]> compiled, String... names) {
    super(parent);
    for (String name : names) {
      files.put(name.replace('.', '/') + ".class", compiled.get(name));
    }
  }

  /** Compiles sources, each by its class's name, without a check of the annotations. */
  static Map<String, byte[]> compile(Map<String, String> sources) {
    StringWriter problems = new StringWriter();
    Map<String, byte[]> classes = compile(sources, problems, "-proc:none");
    if (!problems.toString().isEmpty()) {
      throw new IllegalArgumentException(problems.toString());
    }
    return classes;
  }

  /** Returns what the check of the annotations says of sources; empty if they are fine. */
  static String complaints(Map<String, String> sources) {
    StringWriter problems = new StringWriter();
    compile(sources, problems, "-processor", "dev.turnout.processor.WiringProcessor");
    return problems.toString();
  }

  private static Map<String, byte[]> compile(
      Map<String, String> sources, StringWriter problems, String... annotations) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Compiled compiled = new Compiled(compiler.getStandardFileManager(null, null, UTF_8));
    List<Source> files = new ArrayList<>();
    sources.forEach((name, text) -> files.add(new Source(name, text)));
    List<String> options = new ArrayList<>(List.of(annotations));
    Collections.addAll(options, "-cp", System.getProperty("java.class.path"));
    compiler.getTask(problems, compiled, null, options, null, files).call();
    Map<String, byte[]> classes = new HashMap<>();
    compiled.classes.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
    return classes;
  }

  /** Forgets the class files, as a loader does whose jar was closed. */
  void close() {
    files.clear();
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] bytes = files.get(name.replace('.', '/') + ".class");
    if (bytes == null) {
      throw new ClassNotFoundException(name);
    }
    return defineClass(name, bytes, 0, bytes.length);
  }

  @Override
  public InputStream getResourceAsStream(String name) {
    byte[] bytes = files.get(name);
    return bytes == null ? getParent().getResourceAsStream(name) : new ByteArrayInputStream(bytes);
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String className, String text) {
      super(URI.create("memory:/" + className.replace('.', '/') + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static final class Compiled extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> classes = new HashMap<>();

    Compiled(JavaFileManager manager) {
      super(manager);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
      return new SimpleJavaFileObject(URI.create("memory:/" + className), kind) {
        @Override
        public OutputStream openOutputStream() {
          return classes.computeIfAbsent(className, name -> new ByteArrayOutputStream());
        }
      };
    }
  }
}
