package dev.turnout.server.web;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.turnout.flags.Caller;
import dev.turnout.flags.Decider;
import dev.turnout.flags.Decision;
import dev.turnout.flags.Snapshot;

/**
 * The answer to {@code /evaluate}, written straight into text: thousands are asked for in a second,
 * and most of the time that one takes would go into a tree of hundreds of flags. Nothing in it ever
 * needs to be escaped, for names of flags and variants are letters, digits, dots, dashes and
 * underscores.
 */
final class EvaluationJson {
  // About what a flag of a usual name takes.
  private static final int A_FLAG = 96;

  private EvaluationJson() {}

  /** Decides every flag for {@code caller}. */
  static byte[] write(Snapshot snapshot, Decider decider, Caller caller) {
    StringBuilder json = new StringBuilder(A_FLAG * (1 + snapshot.flags().size()));
    json.append("{\"revision\":").append(snapshot.revision()).append(",\"flags\":{");
    boolean first = true;
    for (String name : snapshot.flags().keySet()) {
      Decision decision = decider.decide(name, null, caller);
      if (!first) {
        json.append(',');
      }
      first = false;
      json.append('"').append(name).append("\":{\"on\":").append(decision.on());
      json.append(",\"variant\":\"").append(decision.variant());
      json.append("\",\"reason\":\"").append(decision.reason().name()).append("\"}");
    }
    return json.append("}}").toString().getBytes(US_ASCII);
  }
}
