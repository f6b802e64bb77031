/** Routing: the gates that instrumented code calls, and the snapshot they decide by. */
@NullMarked
package dev.turnout.agent.route;

import org.jspecify.annotations.NullMarked;
