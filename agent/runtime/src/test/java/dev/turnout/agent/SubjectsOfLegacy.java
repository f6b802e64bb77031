package dev.turnout.agent;

/** A class whose fallback stands in its superclass. */
public class SubjectsOfLegacy extends SubjectsOfLegacyBase {
  public String play() {
    return "new";
  }
}
