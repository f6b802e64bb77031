package dev.turnout.agent.weave;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.instrument.Instrumentation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Gates classes that came when the stack or the memory had no room to look at them, or the machine
 * no thread for the agent. Which ones that were there was no room to note either, so that all
 * loaded classes without gates are looked at.
 */
public final class MissedClasses {
  private static final String NO_ROOM = "there was no room to gate it when it was loaded, and ";

  private final Instrumentation instrumentation;
  private final GateTransformer transformer;
  private final LoadedClasses loaded;
  private final GateTransformer.Findings findings;

  public MissedClasses(
      Instrumentation instrumentation,
      GateTransformer transformer,
      LoadedClasses loaded,
      GateTransformer.Findings findings) {
    this.instrumentation = instrumentation;
    this.transformer = transformer;
    this.loaded = loaded;
    this.findings = findings;
  }

  /** Whether there may be any. Costs a read. */
  public boolean any() {
    return transformer.hasMissed();
  }

  /**
   * Has those transformed that want a gate. Asks the application's loaders, which may take any
   * time. There may be some again if it fails.
   *
   * @param version of this JVM
   * @param force whether also where the JVM may corrupt what is changed
   * @param log gets told which classes have their gates after all
   * @return what was overlooked, in lines for people
   */
  public List<String> gate(Runtime.Version version, boolean force, Consumer<String> log) {
    // First, so that what is missed meanwhile is looked for again.
    transformer.missed(false);
    boolean whole = false;
    try {
      List<String> lines = gateAll(version, force, log);
      whole = true;
      return lines;
    } finally {
      if (!whole) {
        transformer.missed(true);
      }
    }
  }

  private List<String> gateAll(Runtime.Version version, boolean force, Consumer<String> log) {
    List<Class<?>> ungated = new ArrayList<>();
    for (Class<?> type : instrumentation.getAllLoadedClasses()) {
      if (!hasGates(type)) {
        ungated.add(type);
      }
    }
    List<Class<?>> wanted = new ArrayList<>();
    List<Class<?>> unread = new ArrayList<>();
    try (GivenFiles files = new GivenFiles(transformer)) {
      loaded.sort(ungated.toArray(Class<?>[]::new), files::classFile, wanted, unread);
      if (!force && LoadedClasses.losesNames(version)) {
        wanted.forEach(type -> tell(type, files, version));
        return List.of();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> lines = loaded.gate(wanted, unread, version, force);
    wanted.removeIf(type -> !hasGates(type));
    if (!wanted.isEmpty()) {
      log.accept(
          "classes that there was no room to gate when they were loaded have their gates from now"
              + " on, "
              + wanted.size()
              + " of them, such as "
              + wanted.get(0).getName());
    }
    return lines;
  }

  private boolean hasGates(Class<?> type) {
    return transformer.hasWoven(type.getClassLoader(), type.getName());
  }

  // Most that are refused a gate stay as they are for another reason, which was told.
  private void tell(Class<?> type, GivenFiles files, Runtime.Version version) {
    byte[] classFile = files.classFile(type);
    if (classFile != null && transformer.lacksGates(type.getClassLoader(), classFile)) {
      findings.found(
          type.getClassLoader(),
          "",
          type.getName(),
          NO_ROOM
              + "this JVM, "
              + version
              + ", loses the names of parameters when a loaded class is changed (JDK-8240908);"
              + " restart it, or use 17.0.20, 19 or newer, or force=true");
    }
  }
}
