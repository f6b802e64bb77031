package dev.turnout.server.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.client.codec.Json;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.server.auth.Right;
import dev.turnout.server.problem.Problem;
import dev.turnout.server.store.AuditCheck;
import dev.turnout.server.store.AuditHead;
import dev.turnout.server.store.AuditLog;
import dev.turnout.server.store.AuditQuery;
import dev.turnout.server.store.AuditRow;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.net.URLEncoder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Who did what, and whether that was tampered with. */
final class AuditRoutes {
  private static final List<String> FILTERS =
      List.of("flag", "actor", "action", "since", "until", "limit");
  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 1_000;
  private static final int MAX_SINCE_DAYS = 36_500;
  private static final String RETRY_AFTER_SECONDS = "5";

  private final AuditLog audit;
  private final Clock clock;
  // It reads everything: one after the other, so that whoever asks often slows nobody else.
  private final Semaphore verifying = new Semaphore(1);

  AuditRoutes(AuditLog audit, Clock clock) {
    this.audit = audit;
    this.clock = clock;
  }

  void register(RoutesConfig routes) {
    Api.get(routes, "/audit", this::page, Right.READ);
    Api.get(routes, "/audit/verify", this::verify, Right.READ);
  }

  private void page(Context context) {
    AuditLog.Page page = audit.page(query(context));
    ObjectNode json = Json.object();
    ArrayNode entries = json.putArray("entries");
    page.rows().forEach(row -> entries.add(row.json()));
    json.put("next", page.more() ? next(context, page.rows()) : null);
    Api.json(context, json);
  }

  private AuditQuery query(Context context) {
    Long limit = number(context, "limit", MAX_LIMIT);
    return new AuditQuery(
        text(context, "flag"),
        text(context, "actor"),
        text(context, "action"),
        time(context, "since"),
        time(context, "until"),
        number(context, "before", Long.MAX_VALUE),
        limit == null ? DEFAULT_LIMIT : limit.intValue());
  }

  private static @Nullable String text(Context context, String name) {
    String value = context.queryParam(name);
    return value == null ? null : Body.checkText(name, value);
  }

  private static @Nullable Long number(Context context, String name, long max) {
    String value = context.queryParam(name);
    if (value == null) {
      return null;
    }
    long number = value.matches("\\d{1,18}") ? Long.parseLong(value) : 0;
    if (number < 1 || number > max) {
      throw new InvalidFlagException(
          name, "must be a whole number from 1" + (max == Long.MAX_VALUE ? " on" : " to " + max));
    }
    return number;
  }

  // A point in time, or how long ago.
  private @Nullable Instant time(Context context, String name) {
    String value = context.queryParam(name);
    if (value == null) {
      return null;
    }
    if (Durations.matches(value)) {
      return clock.instant().minus(Durations.parse(name, value, Duration.ZERO, MAX_SINCE_DAYS));
    }
    try {
      return Instant.parse(value);
    } catch (DateTimeParseException e) {
      throw new InvalidFlagException(
          name,
          "must be a time such as \"2026-01-01T10:00:00Z\", or how long ago, such as \"12h\"");
    }
  }

  // The same question, from where this page ended.
  private static String next(Context context, List<AuditRow> rows) {
    StringBuilder link =
        new StringBuilder("/audit?before=").append(rows.get(rows.size() - 1).seq());
    for (String name : FILTERS) {
      String value = context.queryParam(name);
      if (value != null) {
        link.append('&').append(name).append('=').append(URLEncoder.encode(value, UTF_8));
      }
    }
    return link.toString();
  }

  private void verify(Context context) {
    String expect = context.queryParam("expect");
    AuditHead expected = expect == null ? null : AuditHead.parse("expect", expect);
    if (!verifying.tryAcquire()) {
      context.header("Retry-After", RETRY_AFTER_SECONDS);
      throw new ProblemException(
          Problem.of(503, "the audit is being verified for somebody else; try again later"));
    }
    try {
      Api.json(context, AuditCheck.run(audit, expected).json());
    } finally {
      verifying.release();
    }
  }
}
