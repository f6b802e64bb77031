/**
 * What application code compiles against: the annotations that mark a method as gated, and the
 * ambient context its decisions are made for. Nothing here needs the agent: without it the
 * annotated methods simply run as they were written.
 */
@NullMarked
package dev.turnout;

import org.jspecify.annotations.NullMarked;
