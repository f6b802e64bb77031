/** The agent's runtime, loaded apart from the application's classes. */
@NullMarked
package dev.turnout.agent;

import org.jspecify.annotations.NullMarked;
