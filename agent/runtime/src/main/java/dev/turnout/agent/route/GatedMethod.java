package dev.turnout.agent.route;

import java.util.List;

/**
 * What a method's annotations say of its gate, as the class that declares it sees it.
 *
 * @param loader the loader of that class
 * @param flag the flag's name
 * @param variants the flag's variants that have a branch of their own, in the order of the branches
 * @param keyReader reads the key from the value of the key parameter
 * @param keyAttribute the context attribute that is the key; may be empty
 * @param policy what becomes of a failure of the new implementation
 * @param ambient reads the contexts that are open where the method is called
 */
record GatedMethod(
    ClassLoader loader,
    String flag,
    List<String> variants,
    KeyReader keyReader,
    String keyAttribute,
    FailurePolicy policy,
    AmbientContext ambient) {}
