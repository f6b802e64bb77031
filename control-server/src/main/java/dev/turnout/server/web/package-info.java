/** The HTTP routes, and how failures are told. */
@NullMarked
package dev.turnout.server.web;

import org.jspecify.annotations.NullMarked;
