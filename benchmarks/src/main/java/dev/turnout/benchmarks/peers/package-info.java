/** What the gate is compared with: other flag libraries, and other ways to measure a call. */
@NullMarked
package dev.turnout.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
