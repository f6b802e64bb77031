package dev.turnout.agent;

/** The superclass. */
public class SubjectsOfLegacyBase {
  public String base() {
    return "base";
  }

  public String last() {
    return "last";
  }
}
