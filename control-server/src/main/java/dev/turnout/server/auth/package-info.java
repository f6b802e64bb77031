/** Who may do what: tokens, their kinds and rights. */
@NullMarked
package dev.turnout.server.auth;

import org.jspecify.annotations.NullMarked;
