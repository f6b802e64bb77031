package dev.turnout.server.fleet;

import dev.turnout.flags.FlagName;
import dev.turnout.flags.Host;
import dev.turnout.flags.InvalidFlagException;
import org.jspecify.annotations.Nullable;

/** Checks how agents introduce themselves. */
public final class Hosts {
  private Hosts() {}

  /**
   * Returns the host; only the region may be missing.
   *
   * @throws InvalidFlagException naming what is missing or no valid name
   */
  public static Host check(
      @Nullable String service, @Nullable String instance, @Nullable String region) {
    return new Host(
        name("service", service),
        name("instance", instance),
        region == null || region.isEmpty() ? "" : FlagName.check("region", region));
  }

  private static String name(String field, @Nullable String value) {
    if (value == null) {
      throw new InvalidFlagException(field, "is missing");
    }
    return FlagName.check(field, value);
  }
}
