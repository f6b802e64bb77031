/** The keys that the server signs its snapshots with. */
@NullMarked
package dev.turnout.server.signing;

import org.jspecify.annotations.NullMarked;
