package dev.turnout.agent.weave;

import net.bytebuddy.description.method.MethodDescription;
import org.jspecify.annotations.Nullable;

/**
 * A flagged method and what was found for it.
 *
 * @param flag the flag's name
 * @param method the new implementation
 * @param fallback the method to call while the flag is off
 * @param keyParameter index of the parameter that is the targeting key; -1 for none
 * @param keyPath properties to follow from it; may be empty
 * @param keyAttribute the context attribute that is the key; may be empty
 * @param recovers whether the fallback runs after a failure
 * @param ignored names of exceptions that are no failure, commas between
 * @param problem why the method cannot be gated; null if it can
 */
record Wire(
    String flag,
    MethodDescription.InDefinedShape method,
    @Nullable MethodDescription fallback,
    int keyParameter,
    String keyPath,
    String keyAttribute,
    boolean recovers,
    String ignored,
    @Nullable String problem) {

  static Wire broken(String flag, MethodDescription.InDefinedShape method, String problem) {
    return new Wire(flag, method, null, -1, "", "", false, "", problem);
  }

  /** The method as people write it: {@code com.acme.Game#play(java.lang.String,int)}. */
  String methodName() {
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
