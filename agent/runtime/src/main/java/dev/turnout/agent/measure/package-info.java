/** Measuring: counts and latencies of both paths, and their way out as metrics. */
@NullMarked
package dev.turnout.agent.measure;

import org.jspecify.annotations.NullMarked;
