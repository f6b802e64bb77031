/**
 * All that is visible JVM-wide: how the agent comes up, and the few types that instrumented code
 * calls. Java 8 bytecode, the JDK only. Everything else lives behind {@link
 * dev.turnout.bootstrap.AgentClassLoader}.
 */
@NullMarked
package dev.turnout.bootstrap;

import org.jspecify.annotations.NullMarked;
