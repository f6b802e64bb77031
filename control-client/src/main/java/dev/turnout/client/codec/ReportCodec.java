package dev.turnout.client.codec;

import dev.turnout.flags.FlagName;
import dev.turnout.flags.Histogram;
import dev.turnout.flags.Host;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.PathCounts;
import dev.turnout.flags.Report;
import dev.turnout.flags.Trip;
import dev.turnout.flags.Variants;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** An agent's report as JSON. */
public final class ReportCodec {
  /** The most counts, and the most gates, in a report. */
  public static final int MAX_COUNTS = 10_000;

  /** The most trips in a report. */
  public static final int MAX_TRIPS = 1_000;

  // More than any JVM makes in its life, and sums of thousands of them do not overflow.
  static final long MAX_CALLS = 1_000_000_000_000_000L;

  private static final int MAX_TEXT = 1_000;
  private static final int MAX_LABEL = 128;

  /** The most labels in a report. */
  public static final int MAX_LABELS = 64;

  /** The most refused snapshots in a report. */
  public static final int MAX_REFUSED = 20;

  // What a server takes, less a little.
  private static final int MAX_BYTES = 950_000;

  private ReportCodec() {}

  /** The parts of a report that it can do without, from the first to go to the last. */
  private enum Part {
    LATENCY,
    GATES,
    COUNTS
  }

  /**
   * Writes a report. Of one that a server would find too large, latencies are left out, then gates,
   * then counts: its trips are told in any case.
   */
  public static byte[] write(Report report) {
    Set<Part> parts = EnumSet.allOf(Part.class);
    byte[] json = write(report, parts);
    for (Part part : Part.values()) {
      if (json.length > MAX_BYTES) {
        parts.remove(part);
        json = write(report, parts);
      }
    }
    return json;
  }

  private static byte[] write(Report report, Set<Part> parts) {
    ObjectNode json = Json.object();
    json.put("service", report.host().service());
    json.put("instance", report.host().instance());
    json.put("region", report.host().region());
    ObjectNode labels = json.putObject("labels");
    report.host().labels().forEach(labels::put);
    json.put("boot_id", report.bootId());
    json.put("sequence", report.sequence());
    json.put("agent_version", report.agentVersion());
    json.put("epoch", report.epoch());
    json.put("revision", report.revision());
    put(json, report.delivery());
    ArrayNode gates = json.putArray("gates");
    if (parts.contains(Part.GATES)) {
      report.gates().stream().limit(MAX_COUNTS).forEach(gate -> put(gates.addObject(), gate));
    }
    ArrayNode counts = json.putArray("counts");
    if (parts.contains(Part.COUNTS)) {
      report.counts().stream()
          .limit(MAX_COUNTS)
          .forEach(count -> put(counts.addObject(), count, parts.contains(Part.LATENCY)));
    }
    ArrayNode trips = json.putArray("trips");
    report.trips().stream().limit(MAX_TRIPS).forEach(trip -> trips.add(StopCodec.toJson(trip)));
    return Json.bytes(json);
  }

  private static void put(ObjectNode json, Report.Delivery delivery) {
    putTime(json, "issued_at", delivery.issuedAt());
    putTime(json, "valid_until", delivery.validUntil());
    ArrayNode refused = json.putArray("refused");
    delivery.refused().stream()
        .limit(MAX_REFUSED)
        .forEach(
            refusal ->
                refused
                    .addObject()
                    .put("epoch", refusal.epoch())
                    .put("revision", refusal.revision())
                    .put("reason", shortened(refusal.reason()))
                    .put("times", refusal.times())
                    .put("at", refusal.at().toString()));
  }

  private static void putTime(ObjectNode json, String name, @Nullable Instant time) {
    json.put(name, time == null ? null : time.toString());
  }

  private static void put(ObjectNode json, Report.Gate gate) {
    String problem = gate.problem();
    json.put("flag", shortened(gate.flag()));
    json.put("method", shortened(gate.method()));
    json.put("wired", gate.wired());
    json.put("problem", problem == null ? null : shortened(problem));
  }

  private static String shortened(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT - 1) + "…";
  }

  private static void put(ObjectNode json, Report.Count count, boolean latencies) {
    PathCounts counts = count.counts();
    json.put("flag", count.flag());
    json.put("flag_revision", count.flagRevision());
    json.put("ring", count.ring());
    json.put("path", count.on() ? "new" : "fallback");
    json.put("variant", count.variant());
    json.put("calls", counts.calls());
    json.put("errors", counts.errors());
    json.put("consecutive_errors", counts.consecutiveErrors());
    if (!latencies) {
      return;
    }
    ObjectNode latency = json.putObject("latency");
    latency.put("sum_nanos", counts.latency().sumNanos());
    ObjectNode buckets = latency.putObject("buckets");
    counts.latency().buckets().forEach((index, n) -> buckets.put(index.toString(), n));
  }

  /**
   * Reads a report; unknown fields are ignored, for agents may be newer than the server.
   *
   * @throws CodecException if it is no JSON or exceeds a bound
   * @throws InvalidFlagException naming the first field that cannot be true
   */
  public static Report read(byte[] json) {
    return read(
        json,
        (flag, problem) -> {
          throw problem;
        });
  }

  /**
   * As {@link #read(byte[])}, but that a trip that cannot be true costs no other, nor the counts.
   *
   * @param refused is told of each such trip: the flag as it is written there, which may be no
   *     flag's name and is at most 128 characters, and what is wrong
   */
  public static Report read(byte[] json, BiConsumer<String, InvalidFlagException> refused) {
    Fields top = new Fields("", Json.parse(json), false);
    List<Report.Gate> gates =
        bounded(top, "gates", MAX_COUNTS).stream().map(ReportCodec::readGate).toList();
    List<Report.Count> counts =
        bounded(top, "counts", MAX_COUNTS).stream().map(ReportCodec::readCount).toList();
    List<Trip> trips = new ArrayList<>();
    for (Fields fields : bounded(top, "trips", MAX_TRIPS)) {
      try {
        trips.add(StopCodec.readTrip(fields));
      } catch (InvalidFlagException e) {
        String flag = fields.has("flag") ? fields.get("flag").asString("") : "";
        refused.accept(flag.substring(0, Math.min(flag.length(), MAX_LABEL)), e);
      }
    }
    return new Report(
        readHost(top),
        name(top, "boot_id"),
        top.whole("sequence"),
        shortText(top, "agent_version"),
        top.whole("epoch"),
        top.whole("revision"),
        gates,
        counts,
        trips,
        readDelivery(top));
  }

  // Older agents say nothing of it.
  private static Report.Delivery readDelivery(Fields top) {
    List<Report.Refusal> refused =
        top.has("refused")
            ? bounded(top, "refused", MAX_REFUSED).stream().map(ReportCodec::readRefusal).toList()
            : List.of();
    return new Report.Delivery(
        optional(top, "issued_at", Fields::instant),
        optional(top, "valid_until", Fields::instant),
        refused);
  }

  private static Report.Refusal readRefusal(Fields fields) {
    return new Report.Refusal(
        optional(fields, "epoch", Fields::whole),
        optional(fields, "revision", Fields::whole),
        shortText(fields, "reason"),
        calls(fields, "times"),
        fields.instant("at"));
  }

  private static <T> @Nullable T optional(
      Fields fields, String name, BiFunction<Fields, String, T> reading) {
    return fields.has(name) && !fields.isNull(name) ? reading.apply(fields, name) : null;
  }

  private static Host readHost(Fields top) {
    boolean regionKnown = top.has("region") && !top.text("region").isEmpty();
    Map<String, String> labels = new TreeMap<>();
    if (top.has("labels")) {
      Fields given = top.object("labels");
      for (String name : given.node().propertyNames()) {
        labels.put(FlagName.check(given.path(), name), given.text(name, MAX_LABEL));
      }
      if (labels.size() > MAX_LABELS) {
        throw new InvalidFlagException(
            given.path(), "must be at most " + MAX_LABELS + ", not " + labels.size());
      }
    }
    return new Host(
        name(top, "service"),
        name(top, "instance"),
        regionKnown ? name(top, "region") : "",
        labels);
  }

  private static Report.Gate readGate(Fields fields) {
    boolean problem = fields.has("problem") && !fields.isNull("problem");
    return new Report.Gate(
        // A gate that was refused may be so for the very name of its flag.
        shortText(fields, "flag"),
        shortText(fields, "method"),
        fields.bool("wired"),
        problem ? shortText(fields, "problem") : null);
  }

  private static Report.Count readCount(Fields fields) {
    boolean on =
        switch (fields.text("path")) {
          case "new" -> true;
          case "fallback" -> false;
          default -> throw fields.wrong("path", "new or fallback");
        };
    long calls = calls(fields, "calls");
    long errors = calls(fields, "errors");
    if (errors > calls) {
      throw new InvalidFlagException(
          fields.at("errors"), "must be at most calls: " + errors + " of " + calls);
    }
    PathCounts counts =
        new PathCounts(calls, errors, calls(fields, "consecutive_errors"), readLatency(fields));
    return new Report.Count(
        name(fields, "flag"),
        fields.whole("flag_revision"),
        name(fields, "ring"),
        variant(fields, on),
        counts);
  }

  // Agents that know of no variants send none.
  private static String variant(Fields fields, boolean on) {
    if (!fields.has("variant")) {
      return on ? Variants.ON : Variants.OFF;
    }
    String variant = name(fields, "variant");
    if (variant.equals(Variants.OFF) == on) {
      throw fields.wrong("variant", "\"off\" on the path fallback, and only there");
    }
    return variant;
  }

  private static Histogram readLatency(Fields fields) {
    if (!fields.has("latency")) {
      return Histogram.EMPTY;
    }
    Fields latency = fields.object("latency");
    Fields buckets = latency.object("buckets");
    SortedMap<Integer, Long> read = new TreeMap<>();
    for (String index : buckets.node().propertyNames()) {
      long count = calls(buckets, index);
      if (count > 0) {
        read.put(bucket(buckets, index), count);
      }
    }
    return new Histogram(latency.whole("sum_nanos"), read);
  }

  private static int bucket(Fields buckets, String index) {
    // At most three digits, so parsing cannot fail or overflow.
    int bucket = index.matches("[0-9]{1,3}") ? Integer.parseInt(index) : Histogram.SIZE;
    if (bucket >= Histogram.SIZE) {
      throw new InvalidFlagException(
          buckets.path(), "have indexes from 0 to " + (Histogram.SIZE - 1) + ", not " + index);
    }
    return bucket;
  }

  private static long calls(Fields fields, String name) {
    return fields.whole(name, 0, MAX_CALLS);
  }

  private static String name(Fields fields, String name) {
    return FlagName.check(fields.at(name), fields.text(name));
  }

  private static String shortText(Fields fields, String name) {
    return fields.text(name, MAX_TEXT);
  }

  private static List<Fields> bounded(Fields fields, String name, int most) {
    JsonNode list = fields.array(name);
    if (list.size() > most) {
      throw new InvalidFlagException(
          name, "must be at most " + most + " entries, not " + list.size());
    }
    return fields.list(name);
  }
}
