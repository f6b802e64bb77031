/**
 * A game service in the middle of moving its state from memory to a database, one use case and one
 * flag at a time. The game is a small one, so that the switching is what there is to see; the two
 * paths, the database and the HTTP in front of them are real.
 *
 * <p>Only the annotations know of Turnout: without the agent every use case runs its new,
 * persistent implementation.
 */
@NullMarked
package dev.turnout.sample;

import org.jspecify.annotations.NullMarked;
