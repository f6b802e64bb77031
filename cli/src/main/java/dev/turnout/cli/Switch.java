package dev.turnout.cli;

/** The two positions of a switch, as a word of the command line. */
enum Switch {
  ON,
  OFF;

  @Override
  public String toString() {
    return this == ON ? "on" : "off";
  }
}
