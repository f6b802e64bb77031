package dev.turnout.server.change;

import dev.turnout.flags.Flag;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Disables several flags in one edit, and tells afterwards what there was to disable. A name that
 * is not there keeps none of the others on. Needs nothing but the draft, so it is done by one
 * request, and towards the fallback as a whole.
 */
public final class Rollback implements Change {
  private final @Nullable Set<String> names;
  private final List<Flag> disabled = new ArrayList<>();
  private final List<String> already = new ArrayList<>();
  private final List<String> unknown = new ArrayList<>();

  private Rollback(@Nullable Set<String> names) {
    this.names = names;
  }

  /** Of these flags. */
  public static Rollback of(Set<String> names) {
    return new Rollback(new LinkedHashSet<>(names));
  }

  /** Of every flag that there is when it is applied. */
  public static Rollback ofAll() {
    return new Rollback(null);
  }

  @Override
  public void apply(Draft draft) {
    disabled.clear();
    already.clear();
    unknown.clear();
    for (String name : names == null ? draft.names() : names) {
      Flag flag = draft.find(name);
      if (flag == null) {
        unknown.add(name);
      } else if (flag.enabled()) {
        disabled.add(flag);
        FlagChanges.toggle(name, false).apply(draft);
      } else {
        already.add(name);
      }
    }
  }

  /** The flags that were on, as they were before. */
  public List<Flag> disabled() {
    return List.copyOf(disabled);
  }

  /** The names of those that were disabled already. */
  public List<String> already() {
    return List.copyOf(already);
  }

  /** The names that no flag has. */
  public List<String> unknown() {
    return List.copyOf(unknown);
  }
}
