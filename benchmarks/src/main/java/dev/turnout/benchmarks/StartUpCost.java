package dev.turnout.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the agent adds to the start of an application: processor time, time until it is ready, and
 * memory. One application says hello, one loads 5,000 classes of its own, from a folder or out of
 * an archive of shared classes, and one is a web application of Spring Boot; all variants take
 * turns in one run, and each start is compared with the one without an agent of the same round.
 */
public final class StartUpCost {
  private static final String HELP =
      """
      Usage: benchmarks/startup [--runs N] [--applications NAME,…] [--jdk HOME]
        What the agent adds to the start of a hello world, of an application of 5,000
        classes, also out of an archive of shared classes, and of a web application of
        Spring Boot, as Markdown tables of medians, beside the same application without
        it, with agents that do nothing, and with the OpenTelemetry agent. Takes about
        three minutes for each start of all.
          --runs          how often each variant is started, 1 to 100; default 7
          --applications  out of hello,large,shared,web; default: all
          --jdk           the JDK to measure on; default: the one this runs on""";

  private static final String HEAVY = "OpenTelemetry agent, exporters off";
  private static final Path AGENT = Path.of("agent/runtime/target/turnout-agent.jar");
  private static final Path OTHER = Path.of("benchmarks/target/peers/opentelemetry-javaagent.jar");

  private final Path directory;
  private final StartUpApplications applications;
  private final Path jdk;
  private final int runs;
  private final Set<Application> chosen;

  /** What one start took: seconds, seconds and MiB. */
  private record Cost(double cpu, double ready, double peak) {}

  /** One way to start an application. */
  private record Variant(String name, List<String> options, String main, String argument) {
    Variant with(String called, String... more) {
      List<String> all = Stream.concat(options.stream(), Stream.of(more)).toList();
      return new Variant(called, all, main, argument);
    }
  }

  private enum Application {
    HELLO("A hello world:"),
    LARGE("5,000 classes:"),
    SHARED("5,000 classes, out of an archive of shared classes:"),
    WEB("A web application of Spring Boot:");

    private final String heading;

    Application(String heading) {
      this.heading = heading;
    }
  }

  private StartUpCost(Path directory, Path jdk, int runs, Set<Application> chosen)
      throws IOException {
    applications = new StartUpApplications(directory);
    this.directory = directory;
    this.jdk = jdk;
    this.runs = runs;
    this.chosen = chosen;
  }

  /** Runs the benchmark; exit code 2 for wrong arguments. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int runs = 7;
    Set<Application> chosen = EnumSet.allOf(Application.class);
    Path jdk = Path.of(System.getProperty("java.home"));
    for (int i = 0; i < arguments.length; i++) {
      String value = i + 1 < arguments.length ? arguments[i + 1] : "";
      if (arguments[i].equals("--runs") && value.matches("[1-9][0-9]?|100")) {
        runs = Integer.parseInt(value);
        i++;
      } else if (arguments[i].equals("--applications")
          && value.matches("(hello|large|shared|web)(,(hello|large|shared|web))*")) {
        chosen.clear();
        for (String name : value.split(",", -1)) {
          chosen.add(Application.valueOf(name.toUpperCase(Locale.ROOT)));
        }
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
    new StartUpCost(Files.createTempDirectory("turnout-startup"), jdk, runs, chosen).run();
  }

  private void run() throws IOException, InterruptedException {
    try {
      Map<Application, List<Variant>> variants = new EnumMap<>(Application.class);
      for (Application application : chosen) {
        variants.put(application, variants(application));
      }
      Map<Variant, List<Cost>> costs = new LinkedHashMap<>();
      for (int run = 0; run <= runs; run++) {
        for (List<Variant> application : variants.values()) {
          // In another order each round: whatever comes after another may be the slower for it.
          List<Variant> order = new ArrayList<>(application);
          Collections.shuffle(order, new Random(run));
          for (Variant variant : order) {
            Cost cost = start(variant);
            if (variant.name().equals(HEAVY)) {
              // The machine is slower for a while.
              var unused = start(application.get(0));
            }
            // The first round fills the disk's cache.
            if (run > 0) {
              costs.computeIfAbsent(variant, any -> new ArrayList<>()).add(cost);
            }
          }
        }
        System.err.println("round " + run + " of " + runs);
      }
      System.out.printf("JDK at %s, medians of %d starts%n", jdk.getFileName(), runs);
      for (Map.Entry<Application, List<Variant>> each : variants.entrySet()) {
        print(each.getKey().heading, each.getValue(), costs);
      }
    } finally {
      try (Stream<Path> left = Files.walk(directory)) {
        left.sorted((a, b) -> b.compareTo(a)).map(Path::toFile).forEach(File::deleteOnExit);
      }
    }
  }

  private List<Variant> variants(Application application) throws IOException, InterruptedException {
    return switch (application) {
      case HELLO -> variants("App", "hello", applications.folder());
      case LARGE -> variants("App", "plain", applications.folder());
      case SHARED -> variants("App", "plain", shared());
      case WEB -> variants("WebApp", "plain", applications.web());
    };
  }

  // The JVM shares classes of jars only, and makes no archive while it has an agent.
  private List<String> shared() throws IOException, InterruptedException {
    List<String> options = new ArrayList<>(applications.jar(directory.resolve("application.jar")));
    // What it has to say of classes that it does not share, and of agents.
    options.add("-Xlog:disable");
    Path archive = directory.resolve("shared.jsa");
    List<String> making = new ArrayList<>(options);
    making.add("-XX:ArchiveClassesAtExit=" + archive);
    var unused = start(new Variant("making", making, "App", "flagged"));
    options.add("-XX:SharedArchiveFile=" + archive);
    return options;
  }

  // The first is what all are compared with.
  private List<Variant> variants(String main, String plain, List<String> options)
      throws IOException {
    String idle = "-javaagent:" + applications.idleAgent();
    List<Variant> variants = new ArrayList<>();
    Variant base = new Variant("no agent", options, main, plain);
    variants.add(base);
    variants.add(base.with("no agent, again"));
    variants.add(base.with("an agent that does nothing", idle));
    variants.add(base.with("an agent that is shown every class", idle + "=shown"));
    variants.add(base.with("agent, nothing flagged", agent("")));
    if (!plain.equals("hello")) {
      Path flags =
          Files.writeString(directory.resolve("flags.yaml"), "flags: {f: {percentage: 50}}");
      Path token = Files.writeString(directory.resolve("token"), "t");
      String file = agent(",flags-file=" + flags);
      String server = agent(",server=http://127.0.0.1:9,token-file=" + token);
      Variant flagged = new Variant("", options, main, "flagged");
      variants.add(base.with("agent, flags file, nothing flagged", file));
      variants.add(flagged.with("agent, flags file", file));
      variants.add(flagged.with("agent, server", server));
    }
    if (Files.exists(OTHER)) {
      variants.add(
          base.with(
              HEAVY,
              "-javaagent:" + OTHER.toAbsolutePath(),
              "-Dotel.traces.exporter=none",
              "-Dotel.metrics.exporter=none",
              "-Dotel.logs.exporter=none"));
    }
    return variants;
  }

  private String agent(String options) {
    return "-javaagent:" + AGENT.toAbsolutePath() + "=state-directory=" + directory + options;
  }

  private Cost start(Variant variant) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(jdk.resolve("bin/java").toString());
    command.addAll(variant.options());
    command.add(variant.main());
    command.add(variant.argument());
    // The system's own record of when a process began is off by up to a second.
    command.add(Long.toString(System.currentTimeMillis()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IllegalStateException("the application failed: " + command + "\n" + out);
    }
    String[] figures = out.strip().lines().reduce("", (a, b) -> b).split(" ", -1);
    return new Cost(
        Double.parseDouble(figures[0]),
        Double.parseDouble(figures[1]),
        Double.parseDouble(figures[2]));
  }

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
