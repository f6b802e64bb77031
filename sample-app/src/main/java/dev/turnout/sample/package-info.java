/** A small application whose methods are switched by flags. */
@NullMarked
package dev.turnout.sample;

import org.jspecify.annotations.NullMarked;
