/** Server-sent events to agents, written without blocking. */
@NullMarked
package dev.turnout.server.stream;

import org.jspecify.annotations.NullMarked;
