package dev.turnout.agent.weave;

import dev.turnout.bootstrap.GateSite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Gates classes that were loaded before the agent came, and makes them what they were when it goes.
 * That may be long before, where somebody attaches to a JVM; or just before, by the JVM itself out
 * of an AOT cache, or by an agent that stands before this one. Which they are is read from their
 * class files: to ask a class for its methods would load others. Of a class whose file cannot be
 * found, since it was made up at run time or its loader was closed, only the JVM has the bytes, and
 * it hands them to the transformer when the class is changed.
 */
public final class LoadedClasses {
  private static final String UNCHANGED = "the loaded class could not be changed: ";
  private static final int MOST_UNREAD = 2_000;

  private static final byte[] NONE = {};

  private final Instrumentation instrumentation;
  private final GateTransformer transformer;
  private final GateTransformer.Findings findings;

  // From a look at all loaded classes on until the last one for those that were on their way.
  private volatile @Nullable Latecomers latecomers;

  public LoadedClasses(
      Instrumentation instrumentation,
      GateTransformer transformer,
      GateTransformer.Findings findings) {
    this.instrumentation = instrumentation;
    this.transformer = transformer;
    this.findings = findings;
  }

  /**
   * Looks whether loaded classes may be changed.
   *
   * @param version of this JVM
   * @param force whether also where the JVM has a bug that this brings out
   * @throws IllegalStateException if the JVM would lose something of them
   */
  public static void check(Runtime.Version version, boolean force) {
    if (!force && losesNames(version)) {
      throw new IllegalStateException(
          "this JVM, "
              + version
              + ", loses the names of parameters when a loaded class is changed (JDK-8240908);"
              + " start it with -javaagent, or on 17.0.20, 19 or newer, or attach with force=true");
    }
  }

  /**
   * Has all loaded classes that want a gate transformed, and those that an agent before this one
   * had gated; the transformer must be there.
   *
   * @param version of this JVM
   * @param force whether also where the JVM has a bug that this brings out
   * @return what was overlooked, in lines for people
   * @throws IllegalStateException if the JVM would lose something of them
   */
  public List<String> gate(Runtime.Version version, boolean force) {
    check(version, force);
    Latecomers coming = new Latecomers();
    latecomers = coming;
    List<Class<?>> wanted = new ArrayList<>();
    List<Class<?>> unread = new ArrayList<>();
    sort(instrumentation.getAllLoadedClasses(), coming, wanted, unread);
    // The transformer was not shown what was on its way when it came; most of that is there by now.
    sort(instrumentation.getAllLoadedClasses(), coming, wanted, unread);
    return gate(wanted, unread, version, force);
  }

  /**
   * Takes note of a class that the transformer is shown, which need not be looked at again.
   *
   * @param internalName its name, slashes between
   */
  public void shown(String internalName, ClassLoader loader) {
    Latecomers coming = latecomers;
    if (coming != null) {
      coming.add(loader, internalName);
    }
  }

  /**
   * Has those classes transformed that want a gate, were on their way at {@link #gate} and have
   * come since. Asks the application's loaders, which may take any time.
   *
   * @param version of this JVM
   * @param force whether also where the JVM has a bug that this brings out
   * @param last whether there will be no further look
   * @return what was overlooked, in lines for people
   */
  public List<String> gateLate(Runtime.Version version, boolean force, boolean last) {
    Latecomers coming = latecomers;
    if (coming == null) {
      return List.of();
    }
    List<Class<?>> wanted = new ArrayList<>();
    List<Class<?>> unread = new ArrayList<>();
    try {
      sort(instrumentation.getAllLoadedClasses(), coming, wanted, unread);
    } finally {
      if (last) {
        latecomers = null;
      }
    }
    return gate(wanted, unread, version, force);
  }

  /**
   * Looks for no further classes that were on their way, and takes no note of others any more.
   *
   * @return whether it did until now
   */
  public boolean forgetLatecomers() {
    boolean any = latecomers != null;
    latecomers = null;
    return any;
  }

  private void sort(
      Class<?>[] loaded, Latecomers coming, List<Class<?>> wanted, List<Class<?>> unread) {
    List<Class<?>> late = new ArrayList<>();
    for (Class<?> type : loaded) {
      ClassLoader loader = type.getClassLoader();
      if (loader != null
          && !type.isArray()
          && Loaders.isOfApplication(loader)
          && !coming.contains(loader, internalName(type))) {
        late.add(type);
      }
    }
    Set<Class<?>> before = new HashSet<>(GatedBefore.all());
    try (GivenFiles files = new GivenFiles(transformer)) {
      for (Class<?> type : late) {
        sort(type, files::classFile, before, wanted, unread);
        // Not earlier: what ends this look leaves the others to the next one.
        coming.add(type.getClassLoader(), internalName(type));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Has those classes transformed that want a gate and were loaded before {@code premain}. No
   * application has run yet, and its loaders are not asked for anything: that settles what is the
   * application's to choose.
   *
   * @param version of this JVM
   * @param force whether also where the JVM has a bug that this brings out
   * @return what was overlooked, in lines for people
   */
  public List<String> gateEarly(Runtime.Version version, boolean force) throws IOException {
    List<Class<?>> wanted = new ArrayList<>();
    List<Class<?>> unread = new ArrayList<>();
    ClassLoader loader = ClassLoader.getSystemClassLoader();
    try (Origins origins = new Origins()) {
      while (Loaders.isOfApplication(loader)) {
        sort(instrumentation.getInitiatedClasses(loader), origins::classFile, wanted, unread);
        loader = loader.getParent();
      }
    }
    if (!force && losesNames(version)) {
      for (Class<?> type : wanted) {
        found(
            type,
            "another agent had it loaded before, and this JVM, "
                + version
                + ", loses the names of parameters when a loaded class is changed (JDK-8240908);"
                + " name this agent first, or use 17.0.20, 19 or newer, or force=true");
      }
      return List.of();
    }
    return gate(wanted, unread, version, force);
  }

  /** Has classes transformed: those that want a gate, and those of which that is not known. */
  List<String> gate(
      List<Class<?>> wanted, List<Class<?>> unread, Runtime.Version version, boolean force) {
    boolean sparesRecords = !force && corruptsRecords(version);
    if (sparesRecords) {
      wanted.removeIf(
          type -> {
            if (type.isRecord()) {
              found(
                  type,
                  "this JVM, "
                      + version
                      + ", may corrupt records that are changed after they were loaded"
                      + " (JDK-8376185); use force=true, or 25.0.4 or newer, or see that it is not"
                      + " loaded before the agent");
            }
            return type.isRecord();
          });
    }
    retransform(wanted).forEach((type, problem) -> found(type, UNCHANGED + problem));
    return look(unread, sparesRecords);
  }

  private void found(Class<?> type, String problem) {
    findings.found(type.getClassLoader(), "", type.getName(), problem);
  }

  // By their numbers: to read a version from a text, as to compare with another, costs every start
  // more than all else here.

  // JDK-8240908: changing a loaded class loses the names of its methods' parameters.
  static boolean losesNames(Runtime.Version version) {
    return version.feature() == 17 ? isBefore(version, 20) : version.feature() < 19;
  }

  // JDK-8376185: changing a loaded record that has type annotations corrupts it.
  static boolean corruptsRecords(Runtime.Version version) {
    return version.feature() == 25 ? isBefore(version, 4) : version.feature() < 25;
  }

  // JDK-7124710: a class with gates that was given another body gets the one from before when it is
  // changed again. Nor does any such JVM that is older than 19 keep names, see above.
  static boolean bringsBackBodies(Runtime.Version version) {
    return version.feature() < 20;
  }

  private static boolean isBefore(Runtime.Version version, int update) {
    return version.interim() == 0 && version.update() < update;
  }

  /**
   * Has it found out what became of loaded classes that somebody gave other bodies: the transformer
   * is shown those that the JVM has. Where the JVM would lose something by that they are left
   * alone.
   *
   * @param errands what may take any time, as the application's class loaders are asked
   * @param nowNanos the JVM's time
   * @param version of this JVM
   * @param force whether also where the JVM may corrupt what is changed
   */
  public void settleSwaps(Executor errands, long nowNanos, Runtime.Version version, boolean force) {
    List<Class<?>> swapped = transformer.takeSwapped(nowNanos);
    if (bringsBackBodies(version)) {
      // It would undo what somebody has just done, so it cannot be forced.
      swapped.clear();
    }
    // Those were changed by the agent a moment ago, and have what that brought back.
    swapped.addAll(transformer.takeUngated(nowNanos));
    if (swapped.isEmpty()) {
      return;
    }
    boolean sparesRecords = !force && corruptsRecords(version);
    swapped.removeIf(type -> sparesRecords && type.isRecord());
    // What was told of one that the JVM cannot change is that it is doubtful: that holds.
    errands.execute(() -> retransform(swapped));
  }

  /**
   * Takes the gates out again; the transformer must be gone. Goes by what it did and not by class
   * files: a class made up at run time has none, and a loader that was closed gives none.
   *
   * @return the classes that keep their gates, and why
   */
  public Map<String, String> restore() {
    List<Class<?>> gated = new ArrayList<>();
    for (Class<?> type : instrumentation.getAllLoadedClasses()) {
      // Arrays are of their elements' loader, and no class file's name is like theirs.
      if (transformer.hasWoven(type.getClassLoader(), type.getName())) {
        gated.add(type);
      }
    }
    GatedBefore.add(gated);
    return byName(retransform(gated));
  }

  private static Map<String, String> byName(Map<Class<?>, String> problems) {
    Map<String, String> named = new TreeMap<>();
    problems.forEach((type, problem) -> named.put(type.getName(), problem));
    return named;
  }

  /** Reads the class file of a class; null if it has none. */
  interface Reader {
    byte @Nullable [] classFile(Class<?> type);
  }

  // Which classes want a gate, and of which that cannot be read. Each class once: more loaders than
  // its own may have been asked for it.
  void sort(Class<?>[] loaded, Reader reader, List<Class<?>> wanted, List<Class<?>> unread) {
    Set<Class<?>> before = new HashSet<>(GatedBefore.all());
    for (Class<?> type : loaded) {
      sort(type, reader, before, wanted, unread);
    }
  }

  private void sort(
      Class<?> type,
      Reader reader,
      Set<Class<?>> before,
      List<Class<?>> wanted,
      List<Class<?>> unread) {
    try {
      if (isChangeable(type)) {
        byte[] classFile = reader.classFile(type);
        if (transformer.isWanted(internalName(type), classFile == null ? NONE : classFile)
            || before.contains(type)) {
          wanted.add(type);
        } else if (classFile == null && !isOfJdk(type)) {
          unread.add(type);
        }
      }
    } catch (Throwable e) {
      // A jar that was written over, or no room for a file, is no reason to skip the others.
      unread.add(type);
    }
  }

  private boolean isChangeable(Class<?> type) {
    return !type.isArray()
        && !type.isPrimitive()
        && !type.isHidden()
        && Loaders.isOfApplication(type.getClassLoader())
        && !isOwn(type)
        && instrumentation.isModifiableClass(type);
  }

  // What is on the class path to bring the agent in.
  private static boolean isOwn(Class<?> type) {
    return type.getPackageName().equals(GateSite.class.getPackageName());
  }

  // The JDK makes up classes of its own in the application's loaders.
  private static boolean isOfJdk(Class<?> type) {
    return Proxy.isProxyClass(type) || type.getName().startsWith("jdk.internal.");
  }

  // Those without gates are changed into what they are. An application may have made up any number
  // of them, and the JVM stands still for each batch: so there is an end to it.
  private List<String> look(List<Class<?>> unread, boolean sparesRecords) {
    Map<String, String> left = new TreeMap<>();
    List<Class<?>> looked = new ArrayList<>();
    for (Class<?> type : unread) {
      if (sparesRecords && type.isRecord()) {
        left.put(type.getName(), "a record, which this JVM may corrupt (JDK-8376185)");
      } else if (looked.size() == MOST_UNREAD) {
        left.put(type.getName(), "there are more than " + MOST_UNREAD);
      } else {
        looked.add(type);
      }
    }
    Map<Class<?>, String> unchanged = retransform(looked);
    unchanged.forEach(
        (type, problem) -> {
          if (transformer.hasWoven(type.getClassLoader(), type.getName())) {
            found(type, UNCHANGED + problem);
          }
        });
    left.putAll(byName(unchanged));
    if (left.isEmpty()) {
      return List.of();
    }
    Map.Entry<String, String> first = left.entrySet().iterator().next();
    return List.of(
        "classes that were loaded before and whose class files are not to be found keep running"
            + " as they are, "
            + left.size()
            + " of them, and without any gates of theirs; such as "
            + first.getKey()
            + ": "
            + first.getValue());
  }

  private static String internalName(Class<?> type) {
    return type.getName().replace('.', '/');
  }

  private Map<Class<?>, String> retransform(List<Class<?>> classes) {
    if (classes.isEmpty()) {
      return Map.of();
    }
    transformer.ask();
    try {
      return new Retransformation(instrumentation).of(classes);
    } finally {
      transformer.answered();
    }
  }
}
