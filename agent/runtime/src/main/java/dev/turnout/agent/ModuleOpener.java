package dev.turnout.agent;

import java.lang.instrument.Instrumentation;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Opens the package of a class to the agent, for keys and for the properties they are read from.
 */
final class ModuleOpener implements Consumer<Class<?>> {
  private final Instrumentation instrumentation;

  ModuleOpener(Instrumentation instrumentation) {
    this.instrumentation = instrumentation;
  }

  @Override
  public void accept(Class<?> type) {
    Module module = type.getModule();
    if (module.isNamed() && instrumentation.isModifiableModule(module)) {
      Set<Module> agent = Set.of(ModuleOpener.class.getModule());
      instrumentation.redefineModule(
          module, Set.of(), Map.of(), Map.of(type.getPackageName(), agent), Set.of(), Map.of());
    }
  }
}
