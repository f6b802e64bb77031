/** Experiments: how callers are split among variants, and what is to be learnt from it. */
@NullMarked
package dev.turnout.server.experiment;

import org.jspecify.annotations.NullMarked;
