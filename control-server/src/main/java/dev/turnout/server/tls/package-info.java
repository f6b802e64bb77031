/** The server's certificate, and those of its agents. */
@NullMarked
package dev.turnout.server.tls;

import org.jspecify.annotations.NullMarked;
