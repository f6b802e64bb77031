package dev.turnout.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * What the agent adds to the start of an application: processor time, time until it is ready, and
 * memory. One application says hello and one loads 5,000 classes of its own, from a folder or out
 * of an archive of shared classes; all variants take turns in one run, and each start is compared
 * with the one without an agent of the same round.
 */
public final class StartUpCost {
  private static final String HELP =
      """
      Usage: benchmarks/startup [--runs N] [--jdk HOME]
        What the agent adds to the start of a hello world and of an application of 5,000
        classes, also out of an archive of shared classes, as Markdown tables of medians,
        beside the same application without it, with agents that do nothing, and with the
        OpenTelemetry agent. Takes about two minutes for each start of all.
          --runs  how often each variant is started, 1 to 100; default 7
          --jdk   the JDK to measure on; default: the one this runs on""";

  private static final int FILES = 50;
  private static final int CLASSES_EACH = 100;
  private static final Path AGENT = Path.of("agent/runtime/target/turnout-agent.jar");
  private static final Path OTHER = Path.of("benchmarks/target/peers/opentelemetry-javaagent.jar");

  private final Path directory;
  private final Path jdk;
  private final int runs;

  /** What one start took: seconds, seconds and MiB. */
  private record Cost(double cpu, double ready, double peak) {}

  /** One way to start an application. */
  private record Variant(String name, List<String> options, String argument) {
    Variant with(List<String> more) {
      return new Variant(name, Stream.concat(more.stream(), options.stream()).toList(), argument);
    }
  }

  private StartUpCost(Path directory, Path jdk, int runs) {
    this.directory = directory;
    this.jdk = jdk;
    this.runs = runs;
  }

  /** Runs the benchmark; exit code 2 for wrong arguments. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int runs = 7;
    Path jdk = Path.of(System.getProperty("java.home"));
    for (int i = 0; i < arguments.length; i++) {
      String value = i + 1 < arguments.length ? arguments[i + 1] : "";
      if (arguments[i].equals("--runs") && value.matches("[1-9][0-9]?|100")) {
        runs = Integer.parseInt(value);
        i++;
      } else if (arguments[i].equals("--jdk") && Files.isExecutable(Path.of(value, "bin/java"))) {
        jdk = Path.of(value);
        i++;
      } else {
        boolean help = arguments[i].equals("--help") || arguments[i].equals("-h");
        (help ? System.out : System.err).println(HELP);
        System.exit(help ? 0 : 2);
      }
    }
    new StartUpCost(Files.createTempDirectory("turnout-startup"), jdk, runs).run();
  }

  private void run() throws IOException, InterruptedException {
    try {
      compile();
      List<Variant> large = large();
      List<Variant> hello = hello();
      List<Variant> shared = shared();
      Map<Variant, List<Cost>> costs = new LinkedHashMap<>();
      for (int run = 0; run <= runs; run++) {
        for (List<Variant> application : List.of(hello, large, shared)) {
          // After a heavy variant the machine is slower for a while, and the first is what all of
          // the round are compared with.
          var unused = start(application.get(0));
          for (Variant variant : application) {
            Cost cost = start(variant);
            // The first round fills the disk's cache.
            if (run > 0) {
              costs.computeIfAbsent(variant, any -> new ArrayList<>()).add(cost);
            }
          }
        }
        System.err.println("round " + run + " of " + runs);
      }
      System.out.printf("JDK at %s, medians of %d starts%n", jdk.getFileName(), runs);
      print("A hello world:", hello, costs);
      print("5,000 classes:", large, costs);
      print("5,000 classes, out of an archive of shared classes:", shared, costs);
    } finally {
      try (Stream<Path> left = Files.walk(directory)) {
        left.sorted((a, b) -> b.compareTo(a)).map(Path::toFile).forEach(File::deleteOnExit);
      }
    }
  }

  private List<Variant> hello() throws IOException {
    return variants("hello", onClassPath(directory.resolve("classes")));
  }

  private List<Variant> large() throws IOException {
    return variants("plain", onClassPath(directory.resolve("classes")));
  }

  // The JVM shares classes of jars only, and makes no archive while it has an agent.
  private List<Variant> shared() throws IOException, InterruptedException {
    Path jar = directory.resolve("application.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> classes = Files.list(directory.resolve("classes"))) {
      for (Path file : classes.toList()) {
        out.putNextEntry(new ZipEntry(file.getFileName().toString()));
        Files.copy(file, out);
      }
    }
    List<String> options = new ArrayList<>(onClassPath(jar));
    // What it has to say of classes that it does not share, and of agents.
    options.add("-Xlog:disable");
    Path archive = directory.resolve("shared.jsa");
    Variant making =
        new Variant("making", List.of("-XX:ArchiveClassesAtExit=" + archive), "flagged");
    start(making.with(options));
    options.add("-XX:SharedArchiveFile=" + archive);
    return variants("plain", options);
  }

  private static List<String> onClassPath(Path application) throws IOException {
    return List.of("-cp", application + File.pathSeparator + annotations());
  }

  private List<Variant> variants(String argument, List<String> options) throws IOException {
    String idle = "-javaagent:" + idleAgent();
    List<Variant> variants = new ArrayList<>();
    // The first is what all are compared with.
    variants.add(new Variant("no agent", List.of(), argument));
    variants.add(new Variant("no agent, again", List.of(), argument));
    variants.add(new Variant("an agent that does nothing", List.of(idle), argument));
    variants.add(
        new Variant("an agent that is shown every class", List.of(idle + "=shown"), argument));
    variants.add(new Variant("agent, nothing flagged", List.of(agent("")), argument));
    if (!argument.equals("hello")) {
      Path flags =
          Files.writeString(directory.resolve("flags.yaml"), "flags: {f: {percentage: 50}}");
      Path token = Files.writeString(directory.resolve("token"), "t");
      String file = agent(",flags-file=" + flags);
      String server = agent(",server=http://127.0.0.1:9,token-file=" + token);
      variants.add(new Variant("agent, flags file, nothing flagged", List.of(file), argument));
      variants.add(new Variant("agent, flags file", List.of(file), "flagged"));
      variants.add(new Variant("agent, server", List.of(server), "flagged"));
    }
    variants.addAll(other(argument));
    return variants.stream().map(variant -> variant.with(options)).toList();
  }

  private String agent(String options) {
    return "-javaagent:" + AGENT.toAbsolutePath() + "=state-directory=" + directory + options;
  }

  private static List<Variant> other(String argument) {
    return Files.exists(OTHER)
        ? List.of(
            new Variant(
                "OpenTelemetry agent, exporters off",
                List.of(
                    "-javaagent:" + OTHER.toAbsolutePath(),
                    "-Dotel.traces.exporter=none",
                    "-Dotel.metrics.exporter=none",
                    "-Dotel.logs.exporter=none"),
                argument))
        : List.of();
  }

  // What any agent costs, whatever it does: the JVM brings up instrumentation, and shares less. And
  // what any costs that looks at classes: the JVM hands each of them over as an array.
  private Path idleAgent() throws IOException {
    Path jar = directory.resolve("idle.jar");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Premain-Class", "Idle");
    manifest.getMainAttributes().putValue("Can-Retransform-Classes", "true");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      for (String name : List.of("Idle.class", "Idle$Shown.class")) {
        out.putNextEntry(new ZipEntry(name));
        out.write(Files.readAllBytes(directory.resolve("classes").resolve(name)));
      }
    }
    return jar;
  }

  private Cost start(Variant variant) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(jdk.resolve("bin/java").toString());
    command.addAll(variant.options());
    command.add("App");
    command.add(variant.argument());
    // The system's own record of when a process began is off by up to a second.
    command.add(Long.toString(System.currentTimeMillis()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IllegalStateException("the application failed: " + command + "\n" + out);
    }
    String[] figures = out.strip().split(" ", -1);
    return new Cost(
        Double.parseDouble(figures[0]),
        Double.parseDouble(figures[1]),
        Double.parseDouble(figures[2]));
  }

  private static String annotations() throws IOException {
    try (Stream<Path> jars = Files.list(Path.of("benchmarks/target/dist/lib"))) {
      return jars.filter(jar -> jar.getFileName().toString().startsWith("turnout-annotations"))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("not built: mvn -DskipTests package"))
          .toAbsolutePath()
          .toString();
    }
  }

  private void compile() throws IOException {
    Path sources = Files.createDirectories(directory.resolve("sources"));
    Path classes = Files.createDirectories(directory.resolve("classes"));
    List<Path> files = new ArrayList<>();
    for (int file = 0; file < FILES; file++) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < CLASSES_EACH; i++) {
        text.append(source("C" + (file * CLASSES_EACH + i)));
      }
      files.add(Files.writeString(sources.resolve("F" + file + ".java"), text));
    }
    files.add(Files.writeString(sources.resolve("App.java"), APPLICATION));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of("--release", "17", "-proc:none", "-d", classes.toString(), "-cp", annotations());
      if (!compiler
          .getTask(null, manager, null, options, null, manager.getJavaFileObjectsFromPaths(files))
          .call()) {
        throw new IllegalStateException("the application does not compile");
      }
    }
  }

  private static String source(String name) {
    return """
        class %s implements Comparable<%1$s> {
          private final String name; private final int[] values; private long sum;
          %1$s(String name, int... values) { this.name = name; this.values = values; }
          long sum() { for (int value : values) { sum += value; } return sum; }
          String describe() { return name + " of " + values.length + " is " + sum(); }
          @Override public int compareTo(%1$s other) { return name.compareTo(other.name); }
          @Override public String toString() { return "[" + describe() + "]"; }
        }
        """
        .formatted(name);
  }

  private static final String APPLICATION =
      """
      import java.nio.file.*;
      public class App {
        public static void main(String[] arguments) throws Exception {
          boolean hello = arguments[0].equals("hello");
          for (int i = 0; i < (hello ? 0 : 5000); i++) {
            Class<?> type = Class.forName("C" + i);
            Object made = type.getDeclaredConstructors()[0].newInstance("c", new int[] {1, 2});
            if (made.toString().isEmpty()) { throw new IllegalStateException(); }
          }
          if (arguments[0].equals("flagged")) { Gated.call("user"); }
          double ready =
              (System.currentTimeMillis() - Long.parseLong(arguments[1])) / 1000.0;
          // What the agent does in the background is its cost too.
          Thread.sleep(hello ? 500 : 3000);
          double cpu =
              ProcessHandle.current().info().totalCpuDuration().get().toMillis() / 1000.0;
          double peak = 0;
          for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
              peak = Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024;
            }
          }
          System.out.println(cpu + " " + ready + " " + peak);
        }
      }
      class Idle {
        static class Shown implements java.lang.instrument.ClassFileTransformer {}
        public static void premain(
            String arguments, java.lang.instrument.Instrumentation instrumentation) {
          if (arguments != null) { instrumentation.addTransformer(new Shown(), true); }
        }
      }
      class Gated {
        @dev.turnout.Flagged("f") static String call(@dev.turnout.FlagKey String user) {
          return "new";
        }
        static String callFallback(String user) { return "old"; }
      }
      """;

  private static void print(String what, List<Variant> variants, Map<Variant, List<Cost>> costs) {
    List<Cost> base = costs.getOrDefault(variants.get(0), List.of());
    System.out.printf("%n%s%n%n", what);
    System.out.println(
        "| | CPU, s | ready after, s | peak, MiB | CPU added | ready added | peak added |");
    System.out.println("|---|---|---|---|---|---|---|");
    for (Variant variant : variants) {
      List<Cost> all = costs.getOrDefault(variant, List.of());
      double ready = added(all, base, Cost::ready);
      System.out.println(
          String.format(
              Locale.ROOT,
              "| %s | %.2f | %.2f | %.0f | %+.2f | %+.2f (%+.0f %%) | %+.1f |",
              variant.name(),
              median(all.stream().mapToDouble(Cost::cpu)),
              median(all.stream().mapToDouble(Cost::ready)),
              median(all.stream().mapToDouble(Cost::peak)),
              added(all, base, Cost::cpu),
              ready,
              100 * ready / median(base.stream().mapToDouble(Cost::ready)),
              added(all, base, Cost::peak)));
    }
  }

  // Start by start: what the machine did meanwhile, it did to both.
  private static double added(List<Cost> all, List<Cost> base, ToDoubleFunction<Cost> figure) {
    return median(
        IntStream.range(0, all.size())
            .mapToDouble(
                i -> figure.applyAsDouble(all.get(i)) - figure.applyAsDouble(base.get(i))));
  }

  private static double median(DoubleStream figures) {
    double[] sorted = figures.sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
