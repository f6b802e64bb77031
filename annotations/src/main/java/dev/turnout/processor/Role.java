package dev.turnout.processor;

import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;

/** What a method is looked for as: how complaints put it, and what it may take. */
final class Role {

  /** What runs while the flag is off. */
  static final Role FALLBACK =
      new Role(
          "the fallback",
          "has no fallback",
          "A fallback",
          " cannot be its own fallback: name another method, the one to run while the flag is off.",
          true);

  private final String name;
  private final String lack;
  private final String kind;
  private final String own;
  private final boolean failureTaken;

  private Role(String name, String lack, String kind, String own, boolean failureTaken) {
    this.name = name;
    this.lack = lack;
    this.kind = kind;
    this.own = own;
    this.failureTaken = failureTaken;
  }

  /** What runs for a variant. */
  static Role variant(String variant) {
    String quoted = "variant \"" + variant + "\"";
    return new Role(
        quoted,
        "has no method for " + quoted,
        "A variant's method",
        " is what runs for every variant that is not listed: name another method for "
            + quoted
            + ", or leave it out.",
        false);
  }

  /** Returns {@code the fallback of play()}. */
  String of(ExecutableElement flagged) {
    return name + " of " + Words.call(flagged);
  }

  /** Returns {@code play() has no fallback}. */
  String lackedBy(ExecutableElement flagged) {
    return Words.call(flagged) + " " + lack;
  }

  /** Returns what is wrong with a flagged method that was named itself. */
  String own(ExecutableElement flagged) {
    return Words.call(flagged) + own;
  }

  /** Returns what is wrong with a method that is flagged. */
  String flagged(ExecutableElement flagged, ExecutableElement found) {
    return Words.call(found)
        + " cannot be "
        + of(flagged)
        + ": it is itself @Flagged. "
        + kind
        + " is a plain method, which runs as it is written.";
  }

  /**
   * Returns what is wrong with a method in whose place a flagged one runs.
   *
   * @param own whether that one is of the class of {@code flagged}
   */
  String overridden(
      ExecutableElement flagged, ExecutableElement found, ExecutableElement run, boolean own) {
    String another =
        own && !found.getModifiers().contains(Modifier.STATIC)
            ? " Name another method, such as one that calls super." + Words.call(found) + "."
            : " Name another method.";
    return ofClass(found)
        + " cannot be "
        + of(flagged)
        + ": "
        + ofClass(run)
        + " runs in its place, and is itself @Flagged."
        + another;
  }

  /** Returns what is wrong with a method in whose place one is that {@code owner} cannot call. */
  String hidden(
      ExecutableElement flagged,
      ExecutableElement found,
      ExecutableElement run,
      TypeElement owner) {
    return ofClass(found)
        + " cannot be "
        + of(flagged)
        + ": "
        + ofClass(run)
        + " hides it, which "
        + owner.getSimpleName()
        + " cannot call. Rename one of the two.";
  }

  private static String ofClass(ExecutableElement method) {
    return Words.call(method) + " of " + Lineage.declaring(method).getSimpleName();
  }

  /** Whether it may take one more trailing Throwable. */
  boolean isFailureTaken() {
    return failureTaken;
  }
}
