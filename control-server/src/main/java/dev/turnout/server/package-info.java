/** The control server: keeps flags and sends them to agents. */
@NullMarked
package dev.turnout.server;

import org.jspecify.annotations.NullMarked;
