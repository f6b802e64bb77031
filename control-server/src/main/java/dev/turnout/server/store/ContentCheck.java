package dev.turnout.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.client.codec.CodecException;
import dev.turnout.client.codec.FlagCodec;
import dev.turnout.client.codec.Json;
import dev.turnout.flags.InvalidFlagException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Holds flags, settings and rollouts against what the audit says of each last. The audit is chained
 * by hashes and these are not: a bit that fell over in a copy, or somebody who helped it, shows
 * only here.
 */
final class ContentCheck {
  private static final Set<String> SETTINGS = Set.of("canary", "rings", "policy");

  /** What is held against the audit. */
  private enum Kind {
    FLAG("flag", "SELECT name, json FROM flags"),
    ROLLOUT("rollout of", "SELECT flag, json FROM rollouts"),
    SETTING("setting", "SELECT name, json FROM settings");

    private final String word;
    private final String query;

    Kind(String word, String query) {
      this.word = word;
      this.query = query;
    }

    /** What an entry is about; null for what is not checked. */
    static @Nullable Kind of(String action, @Nullable String flag) {
      if (flag == null) {
        return SETTINGS.contains(action) ? SETTING : null;
      }
      if (action.startsWith("rollout-")) {
        return ROLLOUT;
      }
      return action.startsWith("experiment") ? null : FLAG;
    }
  }

  /** What the audit says last of something; nothing is there any more if there is no document. */
  private record Said(long seq, @Nullable String document) {}

  private final Map<Kind, Map<String, Said>> said = new EnumMap<>(Kind.class);

  private ContentCheck(Handle handle) {
    for (Kind kind : Kind.values()) {
      said.put(kind, new TreeMap<>());
    }
    try (Stream<Map<String, @Nullable Object>> rows =
        handle
            .createQuery("SELECT seq, action, flag, after_json FROM audit_log ORDER BY seq")
            .mapToMap()
            .stream()) {
      rows.forEach(this::hear);
    }
  }

  private void hear(Map<String, @Nullable Object> row) {
    String action = String.valueOf(row.get("action"));
    String flag = (String) row.get("flag");
    Kind kind = Kind.of(action, flag);
    if (kind != null) {
      long seq = ((Number) Objects.requireNonNull(row.get("seq"))).longValue();
      Map<String, Said> ofKind = Objects.requireNonNull(said.get(kind));
      ofKind.put(flag == null ? action : flag, new Said(seq, (String) row.get("after_json")));
    }
  }

  /** Returns in one line what is not as the audit has it; null if all is. */
  static @Nullable String wrong(Handle handle) {
    ContentCheck check = new ContentCheck(handle);
    return Arrays.stream(Kind.values())
        .map(kind -> check.wrong(kind, rows(handle, kind)))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private static Map<String, String> rows(Handle handle, Kind kind) {
    return handle
        .createQuery(kind.query)
        .reduceRows(
            new TreeMap<>(),
            (rows, row) -> {
              rows.put(row.getColumn(1, String.class), row.getColumn(2, String.class));
              return rows;
            });
  }

  private @Nullable String wrong(Kind kind, Map<String, String> rows) {
    Map<String, Said> ofKind = Objects.requireNonNull(said.get(kind));
    for (Map.Entry<String, String> row : rows.entrySet()) {
      Said last = ofKind.get(row.getKey());
      // What an earlier version put there before it had an audit was never said.
      if (last != null && !isSame(kind, last.document(), row.getValue())) {
        return "the " + kind.word + " " + row.getKey() + " is not what row " + last.seq() + " says";
      }
    }
    for (Map.Entry<String, Said> last : ofKind.entrySet()) {
      if (last.getValue().document() != null && !rows.containsKey(last.getKey())) {
        return "the %s %s is gone, against row %d"
            .formatted(kind.word, last.getKey(), last.getValue().seq());
      }
    }
    return null;
  }

  private static boolean isSame(Kind kind, @Nullable String said, String row) {
    if (said == null) {
      return false;
    }
    if (said.equals(row)) {
      return true;
    }
    try {
      JsonNode before = Json.parse(said.getBytes(UTF_8));
      JsonNode now = Json.parse(row.getBytes(UTF_8));
      // Another version may have written the same flag in another form.
      return before.equals(now)
          || (kind == Kind.FLAG && FlagCodec.read(before).equals(FlagCodec.read(now)));
    } catch (CodecException | InvalidFlagException e) {
      return false;
    }
  }
}
