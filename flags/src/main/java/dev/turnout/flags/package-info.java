/**
 * The domain: what a flag is, how a call is decided, how counts are kept and judged. No I/O and no
 * clock of its own; the agent, the control server and {@code explain} decide with these same
 * classes.
 */
@NullMarked
package dev.turnout.flags;

import org.jspecify.annotations.NullMarked;
