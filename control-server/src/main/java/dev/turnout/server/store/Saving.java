package dev.turnout.server.store;

import java.util.List;
import java.util.Map;

/**
 * What is to be saved.
 *
 * @param before as the store has it
 * @param after of any later revision, not only the next
 * @param settings other settings that changed, in JSON by their name
 * @param entries who did what
 */
public record Saving(
    Kept before, Kept after, Map<String, String> settings, List<AuditEntry> entries) {
  /** Copies what may change. */
  public Saving {
    settings = Map.copyOf(settings);
    entries = List.copyOf(entries);
  }
}
