package dev.turnout.cli;

import dev.turnout.flags.Percentage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * In which steps a deployment goes up, and how long it stays on each of them.
 *
 * @param steps rising
 * @param hold how long it stays where {@code holds} says nothing else
 * @param holds how long it stays at particular shares
 */
record Pace(List<Percentage> steps, Duration hold, Map<Percentage, Duration> holds) {
  private static final String STEPS = "1,5,10,25,50,75,100";
  private static final Percentage HALF = Percentage.of(50);

  Pace {
    steps = List.copyOf(steps);
    holds = Map.copyOf(holds);
  }

  /**
   * The pace of an environment: what its profile says, else half an hour for {@code staging}, and
   * the caution that production wants for every other one.
   */
  static Pace of(String environment, Profiles profiles) {
    boolean staging = environment.equals("staging");
    Map<Percentage, Duration> holds = new TreeMap<>();
    Optional<Duration> hold =
        profiles
            .setting(environment, "hold")
            .map(text -> Arguments.duration(environment + ".hold", text));
    if (hold.isEmpty() && !staging) {
      holds.put(HALF, Duration.ofHours(6));
    }
    profiles
        .settings(environment, "hold.")
        .forEach(
            (share, text) ->
                holds.put(
                    share(environment + ".hold.", share),
                    Arguments.duration(environment + ".hold." + share, text)));
    return new Pace(
        steps(
            environment + ".steps", List.of(profiles.setting(environment, "steps").orElse(STEPS))),
        hold.orElse(staging ? Duration.ofMinutes(30) : Duration.ofHours(2)),
        holds);
  }

  Pace withSteps(List<Percentage> others) {
    return new Pace(others, hold, holds);
  }

  /** The same steps, all of them for that long. */
  Pace withHold(Duration all) {
    return new Pace(steps, all, Map.of());
  }

  Duration holdAt(Percentage step) {
    return holds.getOrDefault(step, hold);
  }

  /**
   * Reads steps.
   *
   * @param name what they are called in a complaint
   * @param texts percentages, each text one of them or several with commas
   */
  static List<Percentage> steps(String name, List<String> texts) {
    List<Percentage> steps = new ArrayList<>();
    for (String step : String.join(",", texts).split(",")) {
      Percentage share = share(name, step.strip());
      Percentage last = steps.isEmpty() ? Percentage.ZERO : steps.get(steps.size() - 1);
      if (share.compareTo(last) <= 0) {
        throw new CommandFailure(
            ExitCode.USAGE, name + " must rise from above 0 to at most 100, as " + STEPS + " does");
      }
      steps.add(share);
    }
    return steps;
  }

  private static Percentage share(String name, String text) {
    return Percentage.of(name, Arguments.percent(name, text));
  }
}
