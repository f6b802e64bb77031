package dev.turnout.flags;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one JVM tells the control server. Counts are cumulative since the JVM started, so a lost or
 * repeated report does no harm.
 *
 * @param host who reports
 * @param bootId random, new at every start of the JVM
 * @param sequence 1, 2, 3 … within a boot
 * @param agentVersion the agent's version
 * @param epoch of the snapshot in force
 * @param revision of the snapshot in force
 * @param gates every gate found so far
 * @param counts per flag, flag revision, ring and variant
 * @param trips limits that were breached in this JVM and not reset since
 * @param delivery how it gets its snapshots
 */
public record Report(
    Host host,
    String bootId,
    long sequence,
    String agentVersion,
    long epoch,
    long revision,
    List<Gate> gates,
    List<Count> counts,
    List<Trip> trips,
    Delivery delivery) {
  public Report {
    gates = List.copyOf(gates);
    counts = List.copyOf(counts);
    trips = List.copyOf(trips);
  }

  /** A report that says nothing of how snapshots come. */
  public Report(
      Host host,
      String bootId,
      long sequence,
      String agentVersion,
      long epoch,
      long revision,
      List<Gate> gates,
      List<Count> counts,
      List<Trip> trips) {
    this(
        host,
        bootId,
        sequence,
        agentVersion,
        epoch,
        revision,
        gates,
        counts,
        trips,
        Delivery.UNKNOWN);
  }

  /**
   * How snapshots come to the JVM.
   *
   * @param issuedAt when the snapshot in force was made; null if there is none, or the agent is
   *     older than this field
   * @param validUntil until when it is valid; null if it does not say
   * @param refused what was refused lately, the latest last
   */
  public record Delivery(
      @Nullable Instant issuedAt, @Nullable Instant validUntil, List<Refusal> refused) {
    /** Nothing is known. */
    public static final Delivery UNKNOWN = new Delivery(null, null, List.of());

    public Delivery {
      refused = List.copyOf(refused);
    }
  }

  /**
   * A snapshot that the agent refused.
   *
   * @param epoch of the snapshot, as the server named it; null if it did not
   * @param revision of the snapshot, as the server named it; null if it did not
   * @param reason why
   * @param times how often so far
   * @param at when last, by the JVM's clock
   */
  public record Refusal(
      @Nullable Long epoch, @Nullable Long revision, String reason, long times, Instant at) {}

  /**
   * A gated method.
   *
   * @param flag the flag's name
   * @param method class and method, such as {@code com.acme.Game#play(String)}
   * @param wired whether calls are routed
   * @param problem why not; null if they are
   */
  public record Gate(String flag, String method, boolean wired, @Nullable String problem) {}

  /**
   * The counts of one stratum.
   *
   * @param flag the flag's name
   * @param flagRevision the flag's own revision when the calls were decided
   * @param ring the callers' ring
   * @param variant which implementation ran: {@value Variants#OFF} for the fallback, {@value
   *     Variants#ON} for the new path as such, else one of its variants
   * @param counts what happened
   */
  public record Count(
      String flag, long flagRevision, String ring, String variant, PathCounts counts) {

    /** Whether this is the new path, whichever variant of it. */
    public boolean on() {
      return !variant.equals(Variants.OFF);
    }
  }
}
