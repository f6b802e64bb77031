/** Failures as RFC 9457 problem documents. */
@NullMarked
package dev.turnout.server.problem;

import org.jspecify.annotations.NullMarked;
