package dev.turnout.server.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of the audit are asked for; null where it does not matter.
 *
 * @param flag about that flag
 * @param actor by the token of that name
 * @param action such as {@code kill}
 * @param since at that time or later
 * @param until before that time
 * @param before with a lower number than this
 * @param limit the most rows, 1 or more
 */
public record AuditQuery(
    @Nullable String flag,
    @Nullable String actor,
    @Nullable String action,
    @Nullable Instant since,
    @Nullable Instant until,
    @Nullable Long before,
    int limit) {}
