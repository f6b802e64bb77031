/** The {@code turnout} command: starts the control server and talks to one over HTTP. */
@NullMarked
package dev.turnout.cli;

import org.jspecify.annotations.NullMarked;
