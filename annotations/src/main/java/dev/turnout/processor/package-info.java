/**
 * The compile-time check of wiring: a javac annotation processor that turns a {@code @Flagged}
 * method which the agent would refuse, or whose targeting key it could not read, into a compile
 * error at the annotation. It generates nothing, and nothing here is loaded by a running
 * application.
 */
@NullMarked
package dev.turnout.processor;

import org.jspecify.annotations.NullMarked;
