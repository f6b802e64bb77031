/** The one way a flag changes: draft, checks, transaction, new snapshot. */
@NullMarked
package dev.turnout.server.change;

import org.jspecify.annotations.NullMarked;
