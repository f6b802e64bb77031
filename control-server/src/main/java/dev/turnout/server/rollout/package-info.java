/** Staged plans: which share of callers a flag has at each stage, and how far along it is. */
@NullMarked
package dev.turnout.server.rollout;

import org.jspecify.annotations.NullMarked;
