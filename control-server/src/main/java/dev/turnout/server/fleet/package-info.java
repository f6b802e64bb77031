/** What is known of the JVMs that run agents: connections and latest reports. */
@NullMarked
package dev.turnout.server.fleet;

import org.jspecify.annotations.NullMarked;
