package dev.turnout.server.experiment;

import dev.turnout.flags.Flag;
import dev.turnout.flags.FlagName;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Variants;
import dev.turnout.flags.Variants.Variant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a flag's callers are split among variants to learn which is best. Immutable.
 *
 * @param name the experiment's name
 * @param flag the name of the flag whose callers they are
 * @param variants the share of all callers that each gets
 * @param control which of them is the fallback; null if all are on the new path, among the callers
 *     that the flag has there
 * @param metrics what is to be compared, for people
 * @param minSample how many calls each variant needs before anything is concluded
 * @param description for people
 * @param revision the snapshot revision with which it last changed: calls are counted from there
 */
public record Experiment(
    String name,
    String flag,
    Variants variants,
    @Nullable String control,
    List<String> metrics,
    long minSample,
    String description,
    long revision) {
  /** The fallback's variant, where an experiment has one of this name and does not name another. */
  public static final String CONTROL = "control";

  /** The calls of each variant that are asked for where an experiment does not say. */
  public static final long DEFAULT_MIN_SAMPLE = 1_000;

  /** The most calls that can be asked for. */
  public static final long MAX_MIN_SAMPLE = 1_000_000_000_000L;

  /** The most metrics. */
  public static final int MAX_METRICS = 50;

  /** The longest description, in UTF-16 units. */
  public static final int MAX_DESCRIPTION = 1_000;

  public Experiment {
    FlagName.check("name", name);
    FlagName.check("flag", flag);
    metrics = List.copyOf(metrics);
    if (variants.isEmpty()) {
      throw new InvalidFlagException("variants", "must have at least one");
    }
    if (control != null && !variants.names().contains(control)) {
      throw new InvalidFlagException(
          "control", "must be one of " + String.join(", ", variants.names()) + ", not " + control);
    }
    if (metrics.size() > MAX_METRICS) {
      throw new InvalidFlagException("metrics", "must be at most " + MAX_METRICS);
    }
  }

  /** The same, changed with that snapshot. */
  public Experiment at(long newRevision) {
    return new Experiment(
        name, flag, variants, control, metrics, minSample, description, newRevision);
  }

  /** The variant that the agents count under another name, if it is the fallback. */
  public String counted(String variant) {
    return variant.equals(control) ? Variants.OFF : variant;
  }

  /** Returns the flag with its callers split like this. */
  public Flag of(Flag which) {
    if (control == null) {
      return which.edit().variants(variants).done();
    }
    int treated =
        variants.all().stream()
            .filter(variant -> !variant.name().equals(control))
            .mapToInt(variant -> variant.weight().buckets())
            .sum();
    return which
        .edit()
        .strategy(Flag.Strategy.PERCENTAGE)
        .percentage(new Percentage(treated))
        .variants(treated == 0 ? Variants.NONE : treatments(treated))
        .done();
  }

  // Shares of all callers become shares of those on the new path; what rounding leaves over goes to
  // the last that has any.
  private Variants treatments(int treated) {
    List<Variant> treatments = new ArrayList<>();
    int left = Percentage.BUCKETS;
    int last = 0;
    for (Variant variant : variants.all()) {
      if (!variant.name().equals(control)) {
        int buckets = (int) ((long) variant.weight().buckets() * Percentage.BUCKETS / treated);
        last = buckets > 0 ? treatments.size() : last;
        left -= buckets;
        treatments.add(new Variant(variant.name(), new Percentage(buckets)));
      }
    }
    Variant rounded = treatments.get(last);
    treatments.set(
        last, new Variant(rounded.name(), new Percentage(rounded.weight().buckets() + left)));
    return new Variants(treatments);
  }

  /** Returns whether the flag's callers are split like this. */
  public boolean isInForce(Flag which) {
    return of(which).equals(which);
  }
}
