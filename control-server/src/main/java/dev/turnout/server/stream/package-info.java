/** Server-sent events to agents, and to people and scripts; written without blocking. */
@NullMarked
package dev.turnout.server.stream;

import org.jspecify.annotations.NullMarked;
