/** The built jars as a user runs them: each test starts JVMs of its own. */
@NullMarked
package dev.turnout.it;

import org.jspecify.annotations.NullMarked;
