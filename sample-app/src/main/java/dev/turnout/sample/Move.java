package dev.turnout.sample;

import org.jspecify.annotations.Nullable;

/**
 * What a player wants to do in a turn.
 *
 * @param discard the rank of the card to put away, or null for the highest of the hand
 */
record Move(String gameId, @Nullable Integer discard) {}
