/** JMH benchmarks of the agent. */
@NullMarked
package dev.turnout.benchmarks;

import org.jspecify.annotations.NullMarked;
