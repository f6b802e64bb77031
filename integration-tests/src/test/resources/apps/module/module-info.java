/** Reads the JDK and the annotations, nothing else; exports nothing and opens nothing. */
module shop {
  requires dev.turnout;
}
