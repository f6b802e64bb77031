/** Finding flagged classes and rewriting them: from class bytes to gated class bytes. */
@NullMarked
package dev.turnout.agent.weave;

import org.jspecify.annotations.NullMarked;
