package dev.turnout.flags;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * By which algorithm a flag places its callers, and with which parameters. The algorithms of other
 * products are there so that a flag can come from one without moving anybody: each places a key
 * exactly where that product does. Immutable.
 *
 * <p>Products that hash a key only once cannot say both who is on and which variant it is: the
 * callers of a small share would all get the first variant. So one of them may be asked for either
 * answer, and not for both.
 *
 * @param exposure says who is on
 * @param variants says which variant those get who are on
 * @param key what is hashed together with a caller's key; null for the flag's name
 * @param salt what {@link Algorithm#LAUNCHDARKLY} hashes besides; null for nothing
 */
public record Placement(
    Algorithm exposure, Algorithm variants, @Nullable String key, @Nullable String salt) {

  /** The most characters of a key or a salt. */
  public static final int MOST_CHARACTERS = 256;

  /** What flags are placed by unless they say otherwise. */
  public static final Placement TURNOUT1 =
      new Placement(Algorithm.TURNOUT1, Algorithm.TURNOUT1, null, null);

  /** How a key becomes a bucket. A name never changes its meaning. */
  public enum Algorithm {
    /** Murmur3 with a seed of the flag's own, see {@link Bucketing}. */
    TURNOUT1("turnout1", true),
    /** LaunchDarkly: SHA-1 of key, salt and caller; with its seed as the key and no salt too. */
    LAUNCHDARKLY("launchdarkly", false),
    /** Unleash: murmur3 of the group and the caller, in steps of a whole percent. */
    UNLEASH("unleash", true),
    /** The {@code fractional} of flagd: murmur3 of the flag's key and the caller. */
    FLAGD("flagd", false),
    /** The same as flagd's SDK for Java computes it, up to 0.11.15: by a hash without its sign. */
    FLAGD_RATIO("flagd_ratio", false),
    /** GrowthBook, hash version 2: FNV-1a of seed and caller, twice. */
    GROWTHBOOK2("growthbook2", false),
    /** GO Feature Flag: FNV-1a of the flag's name and the caller. */
    GOFF("goff", false);

    private final String wireName;
    private final boolean twofold;

    Algorithm(String wireName, boolean twofold) {
      this.wireName = wireName;
      this.twofold = twofold;
    }

    /** The name in JSON. */
    public String wireName() {
      return wireName;
    }

    /**
     * Returns the algorithm of that name.
     *
     * @param field named in the message if there is none
     * @throws InvalidFlagException if there is none
     */
    public static Algorithm named(String field, String wireName) {
      for (Algorithm algorithm : values()) {
        if (algorithm.wireName.equals(wireName)) {
          return algorithm;
        }
      }
      throw new InvalidFlagException(
          field,
          "must be one of "
              + Arrays.stream(values()).map(Algorithm::wireName).collect(Collectors.joining(", "))
              + ", not \""
              + wireName
              + "\"");
    }
  }

  public Placement {
    check("bucketing_key", key);
    check("bucketing_salt", salt);
    if (key != null && exposure == Algorithm.TURNOUT1 && variants == Algorithm.TURNOUT1) {
      throw new InvalidFlagException(
          "bucketing_key", "must be null for turnout1, which goes by the flag's name");
    }
    if (salt != null && exposure != Algorithm.LAUNCHDARKLY && variants != Algorithm.LAUNCHDARKLY) {
      throw new InvalidFlagException("bucketing_salt", "must be null but for launchdarkly");
    }
    if (exposure == variants && !exposure.twofold) {
      throw new InvalidFlagException(
          "variant_bucketing",
          "must not be the same as bucketing: "
              + exposure.wireName
              + " has one bucket, which cannot say both who is on and which variant it is");
    }
  }

  private static void check(String field, @Nullable String text) {
    if (text != null && text.length() > MOST_CHARACTERS) {
      throw new InvalidFlagException(field, "must be at most " + MOST_CHARACTERS + " characters");
    }
  }

  /** What is hashed together with the keys of a flag's callers. */
  String keyOr(String flagName) {
    return Objects.requireNonNullElse(key, flagName);
  }
}
