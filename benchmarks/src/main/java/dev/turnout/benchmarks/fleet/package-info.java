/** How the control server bears a fleet: a real one, and many agents simulated. */
@NullMarked
package dev.turnout.benchmarks.fleet;

import org.jspecify.annotations.NullMarked;
