/** Client of the control server: fetches and follows flag snapshots. */
@NullMarked
package dev.turnout.client;

import org.jspecify.annotations.NullMarked;
