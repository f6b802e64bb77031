package dev.turnout.server.store;

import dev.turnout.client.codec.Json;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What came of reading the whole audit again.
 *
 * @param head where the chain was found to end, as far as it is whole
 * @param broken the first thing that is wrong; null if nothing is
 */
public record AuditCheck(AuditHead head, @Nullable Broken broken) {
  // A row has at worst the documents of all rings, twice.
  private static final int BATCH = 20;

  /** What can be wrong with a row. */
  public enum Problem {
    /** It is not what it was, or another one is in its place. */
    ALTERED,
    /** It is gone. */
    MISSING,
    /** The server did not write it. */
    ADDED
  }

  /**
   * The first row that is wrong.
   *
   * @param seq its number
   * @param detail what was found, for people
   */
  public record Broken(long seq, Problem problem, String detail) {}

  /**
   * Reads the whole audit, while it may grow.
   *
   * @param expected a head that is known from elsewhere and must be part of the chain; null if none
   */
  public static AuditCheck run(AuditLog audit, @Nullable AuditHead expected) {
    return new Run(audit, audit.head(), expected).check();
  }

  /** Returns whether nothing is wrong. */
  public boolean isWhole() {
    return broken == null;
  }

  /** As the HTTP interface has it. */
  public ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("whole", isWhole()).put("entries", head.count()).put("head", head.toString());
    if (broken == null) {
      json.putNull("broken");
    } else {
      json.putObject("broken")
          .put("seq", broken.seq())
          .put("problem", broken.problem().name().toLowerCase(Locale.ROOT))
          .put("detail", broken.detail());
    }
    return json;
  }

  /** One pass over the rows, up to where the chain ended when it began. */
  private static final class Run {
    private final AuditLog audit;
    private final AuditHead stored;
    private final @Nullable AuditHead expected;
    private AuditHead at = new AuditHead(0, AuditChain.START);

    Run(AuditLog audit, AuditHead stored, @Nullable AuditHead expected) {
      this.audit = audit;
      this.stored = stored;
      this.expected = expected;
    }

    AuditCheck check() {
      Broken broken = rows();
      if (broken == null) {
        broken = end();
      }
      return new AuditCheck(at, broken);
    }

    private @Nullable Broken rows() {
      long last = Long.MIN_VALUE;
      while (true) {
        List<AuditLog.Stored> rows = audit.stored(last, stored.count(), BATCH);
        for (AuditLog.Stored row : rows) {
          Broken broken = row(row);
          if (broken != null) {
            return broken;
          }
          last = row.columns().seq();
        }
        if (rows.isEmpty()) {
          return null;
        }
      }
    }

    private @Nullable Broken row(AuditLog.Stored row) {
      long seq = row.columns().seq();
      long next = at.count() + 1;
      if (seq < next) {
        return new Broken(seq, Problem.ADDED, "rows are numbered from 1");
      }
      if (seq > next) {
        return new Broken(next, Problem.MISSING, "row " + seq + " follows row " + at.count());
      }
      String hash = AuditChain.next(at.hash(), row.columns());
      if (!hash.equals(row.hash())) {
        return new Broken(seq, Problem.ALTERED, "its hash would be " + hash);
      }
      if (expected != null && expected.count() == seq && !expected.hash().equals(hash)) {
        return new Broken(
            seq,
            Problem.ALTERED,
            "this row or one before it was written anew with all hashes: the hash was "
                + expected.hash());
      }
      at = new AuditHead(seq, hash);
      return null;
    }

    private @Nullable Broken end() {
      if (at.count() < stored.count()) {
        return missing(stored.count(), "the store counts");
      }
      if (!at.hash().equals(stored.hash())) {
        return new Broken(
            at.count(),
            Problem.ALTERED,
            "this row or one before it was written anew with all hashes: the head is "
                + stored.hash());
      }
      if (expected != null && at.count() < expected.count()) {
        return missing(expected.count(), "there were");
      }
      return audit.hasUncounted()
          ? new Broken(
              at.count() + 1, Problem.ADDED, "the store counts " + at.count() + " rows only")
          : null;
    }

    private Broken missing(long count, String says) {
      return new Broken(
          at.count() + 1,
          Problem.MISSING,
          says + " " + count + " rows, and the last is row " + at.count());
    }
  }
}
