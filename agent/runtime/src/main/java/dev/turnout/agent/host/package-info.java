/** What the application itself has on board: its meters and its traces, known by name only. */
@NullMarked
package dev.turnout.agent.host;

import org.jspecify.annotations.NullMarked;
