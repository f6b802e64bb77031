package dev.turnout.agent;

import dev.turnout.client.codec.ReportCodec;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The option {@code labels}. */
final class Labels {
  /** How it must be written, if it is. */
  static final String WRITTEN =
      "[a-zA-Z0-9._-]{1,64}:[a-zA-Z0-9._-]{0,128}(,[a-zA-Z0-9._-]{1,64}:[a-zA-Z0-9._-]{0,128})*";

  private Labels() {}

  /**
   * The labels by name, as many as a server takes: it takes no report with more, and so no trip.
   */
  static Map<String, String> reported(String written) {
    Map<String, String> labels = new LinkedHashMap<>();
    for (Map.Entry<String, String> label : all(written).entrySet()) {
      if (labels.size() < ReportCodec.MAX_LABELS) {
        labels.put(label.getKey(), label.getValue());
      }
    }
    return labels;
  }

  /** Says what becomes of more labels than a server takes; null if there are no more. */
  static @Nullable String tooMany(String written) {
    int labels = all(written).size();
    return labels <= ReportCodec.MAX_LABELS
        ? null
        : "labels must be at most "
            + ReportCodec.MAX_LABELS
            + ", not "
            + labels
            + "; the agent goes on with the first of them";
  }

  private static Map<String, String> all(String written) {
    Map<String, String> labels = new LinkedHashMap<>();
    for (String label : written.split(",", -1)) {
      int colon = label.indexOf(':');
      if (colon > 0) {
        labels.put(label.substring(0, colon), label.substring(colon + 1));
      }
    }
    return labels;
  }
}
