/** The part of the agent that the application's own class loader sees. */
@NullMarked
package dev.turnout.bootstrap;

import org.jspecify.annotations.NullMarked;
