/** The database file: one SQLite store that keeps flags, their history and tokens. */
@NullMarked
package dev.turnout.server.store;

import org.jspecify.annotations.NullMarked;
