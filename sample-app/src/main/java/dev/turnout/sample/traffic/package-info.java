/** Players that keep game services busy at a steady rate. */
@NullMarked
package dev.turnout.sample.traffic;

import org.jspecify.annotations.NullMarked;
