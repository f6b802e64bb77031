package dev.turnout.agent.route;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Modifier;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether a class can call the inherited methods that its gate leads to. Who weaves sees
 * class files only; which superclass the class has got is known when it runs. A class loader may
 * give the file of one version and load another, and where the call cannot be linked, whoever calls
 * the gated method would get the error.
 */
final class Reach {
  private static final int PARTS = 4;

  private Reach() {}

  /**
   * Looks for each as the JVM will when it is called. Nothing is initialised for it, and of classes
   * at most those loaded that the methods take and return.
   *
   * @param caller what the class itself can see
   * @param inherited the methods, as {@link dev.turnout.bootstrap.GateLinker.Backend#link} has them
   * @throws LinkageError if one of them is not there, or not to be called
   */
  static void check(MethodHandles.Lookup caller, String inherited) {
    if (inherited.isEmpty()) {
      return;
    }
    String[] parts = inherited.split("\\.", -1);
    for (int i = 0; i < parts.length; i += PARTS) {
      check(
          caller,
          parts[i].replace('/', '.'),
          parts[i + 1],
          parts[i + 2],
          Integer.parseInt(parts[i + 3]));
    }
  }

  private static void check(
      MethodHandles.Lookup caller, String owner, String name, String descriptor, int access) {
    checkPackage(caller.lookupClass(), owner, name, access);
    MethodType type = type(descriptor, caller.lookupClass().getClassLoader());
    if (type == null) {
      return;
    }
    try {
      if (Modifier.isStatic(access)) {
        var unused = caller.findStatic(caller.lookupClass(), name, type);
      } else {
        var unused = caller.findVirtual(caller.lookupClass(), name, type);
      }
    } catch (ReflectiveOperationException e) {
      throw new IncompatibleClassChangeError(
          owner
              + '#'
              + name
              + " cannot be called: its class was loaded otherwise than by the file that the class"
              + " loader gives of it, as of another version: "
              + e.getMessage());
    }
  }

  // By their names the two are of one package. It is one only if one loader has loaded both.
  @SuppressWarnings("ReferenceEquality") // a loader is itself and no other
  private static void checkPackage(Class<?> caller, String owner, String name, int access) {
    if (Modifier.isPublic(access) || Modifier.isProtected(access)) {
      return;
    }
    Class<?> type = caller.getSuperclass();
    while (type != null && !type.getName().equals(owner)) {
      type = type.getSuperclass();
    }
    if (type != null && type.getClassLoader() != caller.getClassLoader()) {
      throw new IllegalAccessError(
          owner
              + '#'
              + name
              + " is package-private, and its class comes from another class loader: make it"
              + " protected or public");
    }
  }

  // Null where one of the types is not to be had, or the application's loader fails. The JVM asks
  // for none of them to link the call, and a caller that has none of that type may give null.
  private static @Nullable MethodType type(String descriptor, ClassLoader loader) {
    try {
      return MethodType.fromMethodDescriptorString(descriptor, loader);
    } catch (LinkageError | RuntimeException e) {
      return null;
    }
  }
}
