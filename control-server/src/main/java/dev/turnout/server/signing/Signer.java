package dev.turnout.server.signing;

import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.client.signing.SnapshotSignature;
import dev.turnout.flags.Snapshot;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Signs snapshots, and says until when the server answers for them: 18 to 24 hours from now, in
 * steps of 6 hours, so that replicas with one key and one store send the same bytes. Safe for use
 * by several threads.
 */
public final class Signer {
  private static final long STEP = Duration.ofHours(6).toSeconds();
  private static final int STEPS = 4;

  private final SigningKey active;
  private final @Nullable SigningKey next;
  private final Clock clock;

  /**
   * Creates a signer.
   *
   * @param active what is signed with
   * @param next what will be signed with after this, for agents to pin it in time; null if that is
   *     not known
   */
  public Signer(SigningKey active, @Nullable SigningKey next, Clock clock) {
    this.active = active;
    this.next = next;
    this.clock = clock;
  }

  /**
   * A document ready to be sent.
   *
   * @param document one line of UTF-8, what was signed to the byte; not to be changed
   * @param validUntil until when it is valid, which it says too
   */
  public record Signed(byte[] document, SnapshotSignature signature, Instant validUntil) {}

  /** Writes and signs a snapshot. */
  public Signed sign(Snapshot snapshot) {
    Instant end = validUntil();
    byte[] document = SnapshotCodec.write(snapshot.validUntil(end));
    return new Signed(document, active.sign(document), end);
  }

  /** Until when a snapshot is valid that is signed now. */
  public Instant validUntil() {
    long steps = Math.floorDiv(clock.instant().getEpochSecond(), STEP);
    return Instant.ofEpochSecond((steps + STEPS) * STEP);
  }

  /** What is signed with. */
  public SigningKey active() {
    return active;
  }

  /** What will be signed with after this; null if that is not known. */
  public @Nullable SigningKey next() {
    return next;
  }
}
