/**
 * Stands in for {@code java.security.Security} where OkHttp, as it is packed into the agent, asks
 * it for the JVM's security providers: to name them all, the real one loads them all, long before
 * the application has a use for them.
 */
@NullMarked
package dev.turnout.agent.jca;

import org.jspecify.annotations.NullMarked;
