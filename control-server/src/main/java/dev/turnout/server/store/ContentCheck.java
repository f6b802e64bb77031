package dev.turnout.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.client.codec.CodecException;
import dev.turnout.client.codec.FlagCodec;
import dev.turnout.client.codec.Json;
import dev.turnout.flags.InvalidFlagException;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Holds flags, settings and rollouts against what the audit says of each last. The audit is chained
 * by hashes and these are not: a bit that fell over in a copy, or somebody who helped it, shows
 * only here.
 */
final class ContentCheck {
  private static final String ROLLOUT = "rollout-";
  private static final String EXPERIMENT = "experiment";

  private ContentCheck() {}

  /** What the audit says last of something; nothing is there any more if there is no document. */
  private record Said(long seq, @Nullable String document) {}

  /** Returns in one line what is not as the audit has it; null if all is. */
  static @Nullable String wrong(Handle handle) {
    Map<String, Said> flags = new TreeMap<>();
    Map<String, Said> rollouts = new TreeMap<>();
    Map<String, Said> settings = new TreeMap<>();
    handle
        .createQuery("SELECT seq, action, flag, after_json FROM audit_log ORDER BY seq")
        .map(
            (row, context) -> {
              String action = row.getString("action");
              String flag = row.getString("flag");
              Said said = new Said(row.getLong("seq"), row.getString("after_json"));
              if (flag == null) {
                settings.put(action, said);
              } else if (action.startsWith(ROLLOUT)) {
                rollouts.put(flag, said);
              } else if (!action.startsWith(EXPERIMENT)) {
                flags.put(flag, said);
              }
              return said;
            })
        .forEach(said -> {});
    String wrong = wrong(handle, "flag", "SELECT name, json FROM flags", flags);
    if (wrong == null) {
      wrong = wrong(handle, "rollout of", "SELECT flag, json FROM rollouts", rollouts);
    }
    return wrong != null
        ? wrong
        : wrong(handle, "setting", "SELECT name, json FROM settings", settings);
  }

  private static @Nullable String wrong(
      Handle handle, String what, String query, Map<String, Said> said) {
    Map<String, String> rows = new TreeMap<>();
    handle
        .createQuery(query)
        .map((row, context) -> rows.put(row.getString(1), String.valueOf(row.getString(2))))
        .forEach(before -> {});
    for (Map.Entry<String, String> row : rows.entrySet()) {
      Said last = said.get(row.getKey());
      // What an earlier version put there before it had an audit was never said.
      if (last != null && !isSame(last.document(), row.getValue(), what.equals("flag"))) {
        return "the " + what + " " + row.getKey() + " is not what row " + last.seq() + " says";
      }
    }
    for (Map.Entry<String, Said> last : said.entrySet()) {
      if (!what.equals("setting")
          && last.getValue().document() != null
          && !rows.containsKey(last.getKey())) {
        return "the "
            + what
            + " "
            + last.getKey()
            + " is gone, against row "
            + last.getValue().seq();
      }
    }
    return null;
  }

  private static boolean isSame(@Nullable String said, String row, boolean isFlag) {
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
      return before.equals(now) || (isFlag && FlagCodec.read(before).equals(FlagCodec.read(now)));
    } catch (CodecException | InvalidFlagException e) {
      return false;
    }
  }
}
