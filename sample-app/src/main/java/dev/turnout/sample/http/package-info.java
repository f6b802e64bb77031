/** JSON over the JDK's HTTP server: routes, bodies, errors, and the flag context of a request. */
@NullMarked
package dev.turnout.sample.http;

import org.jspecify.annotations.NullMarked;
