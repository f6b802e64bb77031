package dev.turnout.agent;

import dev.turnout.Fallback;

/** Holds the fallback of a method of its subclass. */
class SubjectsBase {
  @Fallback("g")
  String kept(String key) {
    return "inherited " + key;
  }
}
