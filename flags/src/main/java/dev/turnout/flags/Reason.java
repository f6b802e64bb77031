package dev.turnout.flags;

/** Why a call was decided as it was. */
public enum Reason {
  /** Somebody killed the flag. */
  KILLED,
  /** A limit was breached, here or in the fleet. */
  TRIPPED,
  /** The flag is disabled. */
  DISABLED,
  /** A flag it depends on is off for this caller. */
  PREREQUISITE,
  /** The server, the region or the user is a canary. */
  CANARY,
  /** The percentage of the caller's ring decided. */
  RING,
  /** The caller's bucket decided. */
  SPLIT,
  /** There was no key; the call was drawn. */
  RANDOM,
  /** 0 % or 100 %: nothing had to be looked at. */
  STATIC,
  /** The flag is not known, so the fallback runs. */
  DEFAULT,
  /** Something failed inside; the fallback runs. */
  ERROR
}
