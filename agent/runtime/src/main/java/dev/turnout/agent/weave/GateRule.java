package dev.turnout.agent.weave;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A gate without an annotation, as a gates file names it.
 *
 * @param where the file, line and column, for people
 * @param className the class that declares the method
 * @param method the new implementation's name
 * @param parameters its parameters' types; null for the only method of that name
 * @param flag the flag's name
 * @param fallback the fallback method's name; empty to find it as for an annotated method
 * @param variants the method for each of some variants of the flag
 * @param keyParameter index of the parameter that is the targeting key; -1 for none
 * @param keyPath properties to follow from it; may be empty
 * @param keyAttribute the context attribute that is the key; may be empty
 * @param recovers whether the fallback runs after a failure
 * @param ignored names of exceptions that are no failure
 */
record GateRule(
    String where,
    String className,
    String method,
    @Nullable List<String> parameters,
    String flag,
    String fallback,
    Map<String, String> variants,
    int keyParameter,
    String keyPath,
    String keyAttribute,
    boolean recovers,
    List<String> ignored) {}
