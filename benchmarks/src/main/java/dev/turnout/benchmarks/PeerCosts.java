package dev.turnout.benchmarks;

import dev.turnout.benchmarks.peers.PeerCost;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.runner.RunnerException;

/** What other libraries cost where the gate does, in one run with it: {@link PeerCost}. */
public final class PeerCosts {
  private static final String HELP =
      """
      Usage: benchmarks/peers [OPTION]...
        What one call costs beyond the direct one if its path is chosen, or if it is measured, by
        a gate and by other libraries, all in one run. Medians over rounds; "of rounds" is the
        least and the greatest difference of any, "× ours" the difference beside the gate's.
        Takes about 8 minutes for each JDK, with --quick 2. Nothing leaves this machine.
      """
          + Choices.OPTIONS.indent(4).stripTrailing();

  // More than a gate asks for: some of the libraries have a lot to compile.
  private static final int WARM_UPS = 10;

  private static final List<List<Peer>> TABLES =
      List.of(
          List.of(
              new Peer("Turnout, routing only", "turnout"),
              new Peer("Turnout, counts and sampled latency too", "turnoutSampled"),
              new Peer("Togglz, gradual", "togglz"),
              new Peer("LaunchDarkly server SDK, rollout", "launchDarkly"),
              new Peer("OpenFeature, in-memory provider", "openFeatureInMemory"),
              new Peer("OpenFeature, flagd in process, fractional", "openFeatureFlagd"),
              new Peer("FF4J, ponderation (drawn, not sticky)", "ff4j"),
              new Peer("Unleash, gradual rollout by user", "unleash")),
          List.of(
              new Peer("Turnout, counts and sampled latency", "measuredByTurnout"),
              new Peer("Micrometer timer", "measuredByMicrometer"),
              new Peer("Resilience4j circuit breaker and timer", "measuredByResilience4j"),
              new Peer("Sentinel, degrade rule", "measuredBySentinel")));

  private record Peer(String says, String benchmark) {}

  /**
   * What a peer came to; nanoseconds and bytes for one call.
   *
   * @param ours its difference in parts of the gate's
   */
  private record Line(
      String library,
      double call,
      double beyond,
      double least,
      double most,
      double ours,
      double bytes) {
    List<String> cells() {
      return List.of(
          library,
          Row.nanos(call),
          Row.signed(beyond),
          least == most ? "" : Row.signed(least) + " … " + Row.signed(most),
          String.format(Locale.ROOT, ours < 10 ? "%.1f" : "%.0f", ours),
          Row.bytes(bytes));
    }
  }

  private PeerCosts() {}

  /** Runs the benchmark; exit code 2 for wrong arguments. */
  public static void main(String[] arguments) throws IOException, RunnerException {
    Choices choices = Choices.of(arguments, HELP);
    Jvms jvms = new Jvms();
    List<Telling.Part> parts = new ArrayList<>();
    for (Path jdk : choices.jdks()) {
      for (int threads : choices.threads()) {
        Rounds rounds = new Rounds(choices, jdk, threads, jvms.directory().resolve("jmh.log"));
        Map<String, Figures> measured =
            rounds.run(
                List.of(
                    new Rounds.Part(PeerCost.class.getName() + "\\.", jvms.withAgent(), WARM_UPS)));
        String title =
            "JDK %s, %d thread(s), %s".formatted(rounds.version(), threads, choices.clock());
        for (List<Peer> peers : TABLES) {
          parts.add(part(title, peers, measured));
        }
      }
    }
    Telling.tell(parts, choices.format());
  }

  private static Telling.Part part(String title, List<Peer> peers, Map<String, Figures> measured) {
    Figures direct = measured.getOrDefault("direct", Figures.NOTHING);
    double ours = beyond(peers.get(0), measured, direct);
    List<Line> lines = new ArrayList<>();
    List<List<String>> cells = new ArrayList<>();
    cells.add(List.of("", "call, ns", "beyond direct", "of rounds", "× ours", "B"));
    for (Peer peer : peers) {
      Figures call = measured.getOrDefault(peer.benchmark(), Figures.NOTHING);
      List<Double> differences = call.beyond(direct);
      double beyond = call.median() - direct.median();
      Line line =
          new Line(
              peer.says(),
              call.median(),
              beyond,
              differences.stream().mapToDouble(Double::doubleValue).min().orElse(0),
              differences.stream().mapToDouble(Double::doubleValue).max().orElse(0),
              beyond / ours,
              call.bytes());
      lines.add(line);
      cells.add(line.cells());
    }
    String all = title + ", direct call " + Row.nanos(direct.median()) + " ns";
    return new Telling.Part(all, lines, new Table(all, cells));
  }

  private static double beyond(Peer peer, Map<String, Figures> measured, Figures direct) {
    return measured.getOrDefault(peer.benchmark(), Figures.NOTHING).median() - direct.median();
  }
}
