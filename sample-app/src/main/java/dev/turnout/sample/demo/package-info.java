/**
 * The story of Turnout, told by real processes: a control server, two game services under the
 * agent, players, and seven steps whose outcome is checked against what the services say ran.
 */
@NullMarked
package dev.turnout.sample.demo;

import org.jspecify.annotations.NullMarked;
