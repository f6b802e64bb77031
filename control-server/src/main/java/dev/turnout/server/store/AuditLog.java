package dev.turnout.server.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.result.ResultIterator;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * Who did what, when and why: rows that are only ever added, each with a hash over it and the one
 * before. Where the chain ends is kept beside it, in the transaction that adds to it. Safe for use
 * by several threads.
 */
public final class AuditLog {
  // Always nine decimals: as text, 10:00:00.5Z would otherwise come before 10:00:00Z.
  private static final DateTimeFormatter AT =
      new DateTimeFormatterBuilder().appendInstant(9).toFormatter();

  // The document of a row is a few hundred bytes as a rule, and 64 MB at worst.
  private static final long MAX_PAGE_CHARACTERS = 8 << 20;

  private static final String INSERT =
      "INSERT INTO audit_log (seq, revision, at, actor, action, flag, before_json, after_json,"
          + " reason, overrides, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  private final Jdbi jdbi;

  /** Reads the audit in {@code database}. */
  public AuditLog(Database database) {
    this(database.jdbi());
  }

  AuditLog(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /**
   * Has whoever else adds to the audit wait until this transaction is over.
   *
   * @return the revision in force
   */
  static long lock(Handle handle) {
    handle.execute("UPDATE meta SET audit_count = audit_count");
    return handle.createQuery("SELECT revision FROM meta").mapTo(Long.class).one();
  }

  /** Adds entries, oldest first, in the handle's transaction. */
  static void append(Handle handle, List<AuditEntry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    lock(handle);
    AuditHead head = head(handle);
    PreparedBatch rows = handle.prepareBatch(INSERT);
    for (AuditEntry entry : entries) {
      AuditChain.Columns row = columns(head.count() + 1, entry);
      head = new AuditHead(row.seq(), AuditChain.next(head.hash(), row));
      rows.add(
          row.seq(),
          row.revision(),
          row.at(),
          row.actor(),
          row.action(),
          row.flag(),
          row.before(),
          row.after(),
          row.reason(),
          row.overrides(),
          head.hash());
    }
    int[] unused = rows.execute();
    handle.execute("UPDATE meta SET audit_count = ?, audit_head = ?", head.count(), head.hash());
  }

  private static AuditChain.Columns columns(long seq, AuditEntry entry) {
    return new AuditChain.Columns(
        seq,
        entry.revision(),
        AT.format(entry.at()),
        entry.actor(),
        entry.action(),
        entry.flag(),
        entry.before(),
        entry.after(),
        withoutNul(entry.reason()),
        entry.overrides());
  }

  // The one character that PostgreSQL keeps in no text. JSON has an escape for it.
  private static @Nullable String withoutNul(@Nullable String text) {
    return text == null ? null : text.replace('\0', ' ');
  }

  /** What was done, when and by whom: enough to know an entry again. */
  private record Deed(String at, String actor, String action, @Nullable String flag) {
    static Deed of(AuditEntry entry) {
      return new Deed(AT.format(entry.at()), entry.actor(), entry.action(), entry.flag());
    }
  }

  /** Returns those of which the same was not done at that very time by the same, in their order. */
  static List<AuditEntry> notEntered(Handle handle, List<AuditEntry> entries) {
    if (entries.isEmpty()) {
      return entries;
    }
    List<String> times = entries.stream().map(entry -> Deed.of(entry).at()).sorted().toList();
    Set<Deed> entered =
        handle
            .createQuery(
                "SELECT at, actor, action, flag FROM audit_log WHERE at >= :first AND at <= :last")
            .bind("first", times.get(0))
            .bind("last", times.get(times.size() - 1))
            .map(
                (row, context) ->
                    new Deed(
                        row.getString("at"),
                        row.getString("actor"),
                        row.getString("action"),
                        row.getString("flag")))
            .set();
    return entries.stream().filter(entry -> !entered.contains(Deed.of(entry))).toList();
  }

  /** Where the chain ends. */
  public AuditHead head() {
    return jdbi.withHandle(AuditLog::head);
  }

  private static AuditHead head(Handle handle) {
    return handle
        .createQuery("SELECT audit_count, audit_head FROM meta")
        .map(
            (row, context) ->
                new AuditHead(row.getLong("audit_count"), row.getString("audit_head")))
        .one();
  }

  /**
   * Some of the rows that were asked for.
   *
   * @param rows in the order that they were asked for in
   * @param more whether there are others after them in that order
   */
  public record Page(List<AuditRow> rows, boolean more) {}

  /** Returns rows that match, newest first. A page of large rows ends before its limit. */
  public Page page(AuditQuery query) {
    Map<String, Object> conditions = conditions(query);
    String where =
        conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions.keySet());
    return jdbi.withHandle(
        handle -> {
          Query rows =
              handle.createQuery("SELECT * FROM audit_log" + where + " ORDER BY seq DESC LIMIT ?");
          int position = 0;
          for (Object value : conditions.values()) {
            rows.bind(position++, value);
          }
          rows.bind(position, query.limit() + 1L);
          try (ResultIterator<AuditRow> all = rows.map((row, context) -> row(row)).iterator()) {
            return page(all, query.limit(), MAX_PAGE_CHARACTERS);
          }
        });
  }

  /**
   * Returns rows with numbers above {@code after} up to {@code last}, oldest first. A page ends
   * before its limit once it has so many characters.
   *
   * @param flag the flag that they are about; null for all
   */
  public Page following(
      long after, long last, @Nullable String flag, int limit, long mostCharacters) {
    String where = "seq > ? AND seq <= ?" + (flag == null ? "" : " AND flag = ?");
    return jdbi.withHandle(
        handle -> {
          Query rows =
              handle
                  .createQuery("SELECT * FROM audit_log WHERE " + where + " ORDER BY seq LIMIT ?")
                  .bind(0, after)
                  .bind(1, last);
          int position = 2;
          if (flag != null) {
            rows.bind(position++, flag);
          }
          rows.bind(position, limit + 1L);
          try (ResultIterator<AuditRow> all = rows.map((row, context) -> row(row)).iterator()) {
            return page(all, limit, mostCharacters);
          }
        });
  }

  private static Page page(ResultIterator<AuditRow> all, int limit, long mostCharacters) {
    List<AuditRow> page = new ArrayList<>();
    long characters = 0;
    while (page.size() < limit && characters < mostCharacters && all.hasNext()) {
      AuditRow row = all.next();
      page.add(row);
      characters += length(row.entry().before()) + length(row.entry().after());
    }
    return new Page(page, all.hasNext());
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }

  /** A row as the table has it, believed in nothing. */
  record Stored(AuditChain.Columns columns, String hash) {}

  /** Returns the rows with numbers above {@code after} up to {@code last}, oldest first. */
  List<Stored> stored(long after, long last, int limit) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT * FROM audit_log WHERE seq > :after AND seq <= :last"
                        + " ORDER BY seq LIMIT :limit")
                .bind("after", after)
                .bind("last", last)
                .bind("limit", limit)
                .map((row, context) -> stored(row))
                .list());
  }

  private static Stored stored(ResultSet row) throws SQLException {
    return new Stored(
        new AuditChain.Columns(
            row.getLong("seq"),
            row.getLong("revision"),
            row.getString("at"),
            row.getString("actor"),
            row.getString("action"),
            row.getString("flag"),
            row.getString("before_json"),
            row.getString("after_json"),
            row.getString("reason"),
            row.getString("overrides")),
        row.getString("hash"));
  }

  /** Returns whether there are rows beyond those that were counted when they were written. */
  boolean hasUncounted() {
    // One statement, so that it is no matter what is being added meanwhile.
    return jdbi.withHandle(
        handle ->
            handle
                    .createQuery(
                        "SELECT count(*) FROM audit_log, meta WHERE audit_log.seq > meta.audit_count")
                    .mapTo(Long.class)
                    .one()
                > 0);
  }

  // What each has to meet, to the value that it is met by.
  private static Map<String, Object> conditions(AuditQuery query) {
    Map<String, Object> conditions = new LinkedHashMap<>();
    put(conditions, "flag = ?", query.flag());
    put(conditions, "actor = ?", query.actor());
    put(conditions, "action = ?", query.action());
    put(conditions, "at >= ?", text(query.since()));
    put(conditions, "at < ?", text(query.until()));
    put(conditions, "seq < ?", query.before());
    return conditions;
  }

  private static void put(
      Map<String, Object> conditions, String condition, @Nullable Object value) {
    if (value != null) {
      conditions.put(condition, value);
    }
  }

  private static @Nullable String text(@Nullable Instant at) {
    return at == null ? null : AT.format(at);
  }

  private static AuditRow row(ResultSet row) throws SQLException {
    return new AuditRow(
        row.getLong("seq"),
        new AuditEntry(
            row.getLong("revision"),
            Instant.parse(row.getString("at")),
            row.getString("actor"),
            row.getString("action"),
            row.getString("flag"),
            row.getString("before_json"),
            row.getString("after_json"),
            row.getString("reason"),
            row.getString("overrides")),
        row.getString("hash"));
  }
}
