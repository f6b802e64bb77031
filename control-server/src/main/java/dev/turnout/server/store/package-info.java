/**
 * What is kept: flags, their history and tokens, in a SQLite file or a PostgreSQL database; and a
 * journal of what the database does not have yet.
 */
@NullMarked
package dev.turnout.server.store;

import org.jspecify.annotations.NullMarked;
