package dev.turnout.flags;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A changed copy of a flag in the making; {@link #done} checks the whole. One thread only. */
public final class FlagEdit {
  private final String name;
  private long revision;
  private long resetRevision;
  private boolean enabled;
  private Flag.Strategy strategy;
  private Percentage percentage;
  private Map<String, Percentage> rings;
  private Variants variants;
  private Canary canary;
  private List<String> dependencies;
  private String stickiness;
  private Placement bucketing;
  private List<Limit> limits;
  private List<Percentage> ladder;
  private boolean frozen;
  private @Nullable Stop stop;
  private String description;

  FlagEdit(Flag flag) {
    name = flag.name();
    revision = flag.revision();
    resetRevision = flag.resetRevision();
    enabled = flag.enabled();
    strategy = flag.strategy();
    percentage = flag.percentage();
    rings = flag.rings();
    variants = flag.variants();
    canary = flag.canary();
    dependencies = flag.dependencies();
    stickiness = flag.stickiness();
    bucketing = flag.bucketing();
    limits = flag.limits();
    ladder = flag.ladder();
    frozen = flag.frozen();
    stop = flag.stop();
    description = flag.description();
  }

  public FlagEdit revision(long value) {
    revision = value;
    return this;
  }

  public FlagEdit resetRevision(long value) {
    resetRevision = value;
    return this;
  }

  public FlagEdit enabled(boolean value) {
    enabled = value;
    return this;
  }

  public FlagEdit strategy(Flag.Strategy value) {
    strategy = value;
    return this;
  }

  public FlagEdit percentage(Percentage value) {
    percentage = value;
    return this;
  }

  public FlagEdit percentage(double percent) {
    return percentage(Percentage.of(percent));
  }

  public FlagEdit rings(Map<String, Percentage> value) {
    rings = value;
    return this;
  }

  public FlagEdit variants(Variants value) {
    variants = value;
    return this;
  }

  public FlagEdit canary(Canary value) {
    canary = value;
    return this;
  }

  public FlagEdit dependencies(List<String> value) {
    dependencies = value;
    return this;
  }

  public FlagEdit stickiness(String value) {
    stickiness = value;
    return this;
  }

  public FlagEdit bucketing(Placement value) {
    bucketing = value;
    return this;
  }

  public FlagEdit limits(List<Limit> value) {
    limits = value;
    return this;
  }

  public FlagEdit ladder(List<Percentage> value) {
    ladder = value;
    return this;
  }

  public FlagEdit frozen(boolean value) {
    frozen = value;
    return this;
  }

  public FlagEdit stop(@Nullable Stop value) {
    stop = value;
    return this;
  }

  public FlagEdit description(String value) {
    description = value;
    return this;
  }

  /**
   * Returns the changed flag.
   *
   * @throws InvalidFlagException naming the first field that is wrong
   */
  public Flag done() {
    return new Flag(
        name,
        revision,
        resetRevision,
        enabled,
        strategy,
        percentage,
        rings,
        variants,
        canary,
        dependencies,
        stickiness,
        bucketing,
        limits,
        ladder,
        frozen,
        stop,
        description);
  }
}
