package dev.turnout.it;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes an application with gated methods of every kind, return type and outcome. It prints for
 * each what ran, what came of it and the stack trace.
 */
final class MethodShapes {
  private static final List<String> KINDS =
      List.of(
          "",
          "private",
          "final",
          "synchronized",
          "static",
          "private static synchronized",
          "default",
          "static in interface",
          "bridged");

  private static final Map<String, String> RESULTS =
      new TreeMap<>(
          Map.of(
              "void", "",
              "boolean", "a > 1",
              "char", "(char) ('a' + a)",
              "short", "(short) (a + more.length)",
              "int", "(int) a * more[0]",
              "long", "a * more.length",
              "float", "(float) b",
              "double", "b * a",
              "String", "key + a + b + more.length",
              "int[]", "more"));

  /** What a body does in place of, or before, returning. */
  private static final List<String> OUTCOMES =
      List.of(
          "",
          "if (a > 0) throw new IllegalStateException(path);",
          "if (a > 0) throw new java.io.IOException(path);",
          "if (a > 0) throw new StackOverflowError(path);",
          "if (a > 0) throw Shapes.KEPT;",
          "try { key.charAt(99); } catch (RuntimeException e) { a++; } finally { b++; }",
          "for (int i = 0; i < 3; i++) { a += i; if (key.isEmpty()) break; }");

  private static final String PARAMETERS = "(String key, long a, double b, int... more)";
  private static final String GATED_PARAMETERS =
      "(@dev.turnout.FlagKey String key, long a, double b, int... more)";

  private static final String HEAD =
      """
      import java.util.Arrays;

      public class Shapes implements %s {
        static final Exception KEPT = new Exception("always this one");
        static final StringBuilder RAN = new StringBuilder();

        static void ran(String path, boolean locked) {
          RAN.append(path).append(locked ? " locked" : "");
        }

        public static void main(String[] arguments) throws Throwable {
          Shapes shapes = new Shapes();
          boolean old = arguments[0].equals("old");
          if (arguments[0].equals("await")) {
            for (int i = 0; i < 1000 && RAN.indexOf("new") < 0; i++) {
              Thread.sleep(10);
              call(shapes, 0, false);
            }
          }
          for (int i = 0; i < %d; i++) {
            RAN.setLength(0);
            String outcome;
            try {
              Object result = call(shapes, i, old);
              outcome = result instanceof int[] ? Arrays.toString((int[]) result) : "" + result;
            } catch (Throwable e) {
              outcome = e + (e == KEPT ? " kept" : "") + trace(e);
            }
            System.out.println("m" + i + " ran " + RAN + ": " + outcome);
          }
        }

        // Without line numbers of the caller, which takes another branch for the old path.
        static String trace(Throwable e) {
          StringBuilder text = new StringBuilder();
          for (StackTraceElement frame : e.getStackTrace()) {
            String name = frame.getMethodName();
            boolean body = name.matches("m[0-9]+(Old)?");
            text.append(" < ").append(name).append(body ? ":" + frame.getLineNumber() : "");
          }
          return text.toString();
        }

        static Object call(Shapes shapes, int number, boolean old) throws Throwable {
          switch (number) {
      %s
            default: throw new AssertionError(number);
          }
        }

      """;

  private final StringBuilder members = new StringBuilder();
  private final StringBuilder interfaceMembers = new StringBuilder();
  private final StringBuilder bridges = new StringBuilder();
  private final List<String> interfaces = new ArrayList<>(List.of("Kinds"));
  private final List<String> calls = new ArrayList<>();

  private MethodShapes() {}

  /** The source of the class {@code Shapes}, which is all there is. */
  static String source() {
    MethodShapes shapes = new MethodShapes();
    for (String kind : KINDS) {
      for (Map.Entry<String, String> result : RESULTS.entrySet()) {
        for (String outcome : OUTCOMES) {
          shapes.add(kind, result.getKey(), result.getValue(), outcome);
        }
      }
    }
    return shapes.text();
  }

  private void add(String kind, String type, String result, String outcome) {
    String name = "m" + calls.size();
    boolean isStatic = kind.contains("static");
    boolean inInterface = kind.equals("default") || kind.equals("static in interface");
    boolean bridged = kind.equals("bridged");
    // A bridge leads from the erased type to this one, so that must be a reference.
    if (bridged && !type.equals("String") && !type.equals("int[]")) {
      return;
    }
    String modifiers = kind.replace(" in interface", "").replace("bridged", "public");
    StringBuilder into = inInterface ? interfaceMembers : members;
    String lock = isStatic && !inInterface ? "Shapes.class" : isStatic ? "Kinds.class" : "this";
    for (boolean old : new boolean[] {false, true}) {
      String path = old ? "old" : "new";
      if (!old) {
        into.append("  @dev.turnout.Flagged(value = \"checkout\", fallback = \"")
            .append(name)
            .append("Old\")\n");
      }
      into.append(
              "  %s %s %s%s throws Throwable {\n"
                  .formatted(
                      modifiers,
                      type,
                      name + (old ? "Old" : ""),
                      old ? PARAMETERS : GATED_PARAMETERS))
          .append("    String path = \"%s\";\n".formatted(path))
          .append("    Shapes.ran(path, Thread.holdsLock(%s));\n".formatted(lock))
          .append("    " + outcome + "\n")
          .append(type.equals("void") ? "" : "    return " + result + ";\n")
          .append("  }\n");
    }
    String receiver = isStatic ? (inInterface ? "Kinds." : "Shapes.") : "shapes.";
    if (bridged) {
      interfaces.add("B" + name + "<" + type + ">");
      bridges.append(
          "  interface B%s<T> { T %s%s throws Throwable; T %sOld%s throws Throwable; }\n"
              .formatted(name, name, PARAMETERS, name, PARAMETERS));
      receiver = "((B" + name + "<" + type + ">) shapes).";
    }
    String arguments = "(\"key\", 2, 1.5, 4, 5)";
    String call = receiver + name + arguments;
    String callOld = receiver + name + "Old" + arguments;
    calls.add(
        type.equals("void")
            ? "if (old) { %s; } else { %s; } return null;".formatted(callOld, call)
            : "return old ? (Object) %s : %s;".formatted(callOld, call));
  }

  private String text() {
    StringBuilder cases = new StringBuilder();
    for (int i = 0; i < calls.size(); i++) {
      cases.append("      case %d: { %s }\n".formatted(i, calls.get(i)));
    }
    return HEAD.formatted(String.join(", ", interfaces), calls.size(), cases)
        + members
        + "}\n\ninterface Kinds {\n"
        + interfaceMembers
        + "}\n\n"
        + bridges;
  }
}
