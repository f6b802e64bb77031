package dev.turnout.server.auth;

import io.javalin.security.RouteRole;

/** What a route asks of whoever calls it. */
public enum Right implements RouteRole {
  /** Nothing: no token is needed. */
  NONE,
  /** To see flags and their state. */
  READ,
  /** To move callers towards the fallback. */
  STOP,
  /** To change anything. */
  EDIT,
  /** What concerns the store itself. */
  ADMIN,
  /** To receive snapshots and to report. */
  AGENT
}
