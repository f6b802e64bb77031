package dev.turnout.agent;

import java.io.IOException;
import java.util.Set;

/** Loads the test's subjects anew, so that each test sees them gated from the start. */
final class FreshLoader extends ClassLoader {
  private static final Set<String> SUBJECTS =
      Set.of(Miswired.class.getName(), Legacy.class.getName(), Legacy.class.getName() + "$Order");

  FreshLoader() {
    super(FreshLoader.class.getClassLoader());
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(Subjects.class.getName()) && !SUBJECTS.contains(name)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      try (var in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
