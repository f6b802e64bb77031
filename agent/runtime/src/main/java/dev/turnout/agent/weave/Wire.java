package dev.turnout.agent.weave;

import dev.turnout.bootstrap.GateLinker;
import net.bytebuddy.description.method.MethodDescription;
import org.jspecify.annotations.Nullable;

/**
 * A method that can be gated, and all that its gate needs to know.
 *
 * @param mode what the gate does with calls, as the linker names it
 * @param flag the flag's name; of an observed method what its calls are counted under
 * @param method the new implementation, or the observed method
 * @param fallback the method to call while the flag is off; null for an observed method
 * @param keyParameter index of the parameter that is the targeting key; -1 for none
 * @param keyPath properties to follow from it; may be empty
 * @param keyAttribute the context attribute that is the key; may be empty
 * @param ignored names of exceptions that are no failure, commas between
 */
record Wire(
    int mode,
    String flag,
    MethodDescription.InDefinedShape method,
    @Nullable MethodDescription fallback,
    int keyParameter,
    String keyPath,
    String keyAttribute,
    String ignored) {

  static Wire observed(String name, MethodDescription.InDefinedShape method) {
    return new Wire(GateLinker.OBSERVE, name, method, null, -1, "", "", "");
  }

  /** Whether the fallback runs after a failure. */
  boolean recovers() {
    return mode == GateLinker.RECOVER;
  }

  String methodName() {
    return name(method);
  }

  /** A method as people write it: {@code com.acme.Game#play(java.lang.String,int)}. */
  static String name(MethodDescription.InDefinedShape method) {
    StringBuilder text = new StringBuilder(method.getDeclaringType().getName());
    text.append('#').append(method.getInternalName()).append('(');
    String separator = "";
    for (var parameter : method.getParameters().asTypeList().asErasures()) {
      text.append(separator).append(parameter.getActualName());
      separator = ",";
    }
    return text.append(')').toString();
  }
}
