/**
 * The agent's connection to the control server: keeps the newest snapshot of the flags in force and
 * on disk, and sends reports. Nothing here ever throws into the application, ends for good or makes
 * a flag unknown that was known: without a server the last snapshot goes on.
 */
@NullMarked
package dev.turnout.client;

import org.jspecify.annotations.NullMarked;
