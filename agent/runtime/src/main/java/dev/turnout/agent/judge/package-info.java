/** Judging: limits watched in this JVM, and the trips that outlive a restart. */
@NullMarked
package dev.turnout.agent.judge;

import org.jspecify.annotations.NullMarked;
