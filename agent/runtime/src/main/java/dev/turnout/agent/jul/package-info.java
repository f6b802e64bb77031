/**
 * Stands in for {@code java.util.logging} in the libraries that are packed into the agent, whose
 * references to that package are rewritten to this one: the real one initialises the JVM's log
 * manager on first use, before an application that brings its own had the chance to.
 */
@NullMarked
package dev.turnout.agent.jul;

import org.jspecify.annotations.NullMarked;
