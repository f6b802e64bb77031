package dev.turnout.bootstrap;

import java.io.EOFException;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.util.Collections;
import java.util.Enumeration;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the runtime and its libraries out of the application's sight, and the application's
 * libraries out of the runtime's.
 *
 * <pre>
 *   bootstrap loader   JDK, dev.turnout.bootstrap
 *        |
 *   platform loader
 *     |          |
 *     |          application's loaders   the application, its Jackson, its OkHttp ...
 *   this loader                          dev.turnout.agent, our Jackson, our OkHttp ...
 * </pre>
 *
 * <p>Classes are kept in the agent's jar under {@code inst/} with the suffix {@code .classdata}, so
 * no other loader finds them even where the jar is on its path.
 */
final class AgentClassLoader extends ClassLoader {
  private static final String PREFIX = "inst/";
  private static final String VERSION = "Implementation-Version";

  static {
    registerAsParallelCapable();
  }

  private final JarFile jar;
  private final String base;
  private final @Nullable String version;

  AgentClassLoader(File file, @Nullable ClassLoader platformLoader) throws IOException {
    super(platformLoader);
    jar = new JarFile(file, false);
    base = "turnout-agent:" + file.toURI() + "!/";
    Manifest manifest = jar.getManifest();
    version = manifest == null ? null : manifest.getMainAttributes().getValue(VERSION);
  }

  // Both, and not the second alone: a JVM's compilers judge ClassLoader.loadClass by who calls it,
  // and the application's loaders are to have it to themselves.
  @Override
  public Class<?> loadClass(String name) throws ClassNotFoundException {
    return loadClass(name, false);
  }

  /**
   * What is in the jar comes from the jar, whoever else has it: another agent may have put a
   * library of the same name in front of all applications, and asking the parents first would end
   * with an exception for each of our classes.
   */
  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    JarEntry entry = classEntry(name);
    if (entry == null) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> type = findLoadedClass(name);
      if (type == null) {
        type = define(name, entry);
      }
      if (resolve) {
        resolveClass(type);
      }
      return type;
    }
  }

  private @Nullable JarEntry classEntry(String name) {
    return jar.getJarEntry(entryName(name.replace('.', '/') + ".class"));
  }

  private Class<?> define(String name, JarEntry entry) throws ClassNotFoundException {
    byte[] bytes;
    try (InputStream in = jar.getInputStream(entry)) {
      bytes = read(in, entry.getSize());
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
    definePackageOnce(name);
    return defineClass(name, bytes, 0, bytes.length);
  }

  private void definePackageOnce(String className) {
    int dot = className.lastIndexOf('.');
    String packageName = dot < 0 ? "" : className.substring(0, dot);
    if (dot > 0 && getPackage(packageName) == null) {
      try {
        definePackage(packageName, null, null, null, null, version, null, null);
      } catch (IllegalArgumentException e) {
        // Another thread was first: what was wanted is there.
        return;
      }
    }
  }

  @Override
  protected @Nullable URL findResource(String name) {
    String entry = entryName(name);
    if (jar.getJarEntry(entry) == null) {
      return null;
    }
    try {
      return new URL(null, base + entry, new Handler());
    } catch (MalformedURLException e) {
      return null;
    }
  }

  @Override
  protected Enumeration<URL> findResources(String name) {
    URL url = findResource(name);
    return url == null
        ? Collections.<URL>emptyEnumeration()
        : Collections.enumeration(Collections.singleton(url));
  }

  // Straight from the jar: a URL would go through caches that an application may have switched off.
  @Override
  public @Nullable InputStream getResourceAsStream(String name) {
    JarEntry entry = jar.getJarEntry(entryName(name));
    if (entry == null) {
      return super.getResourceAsStream(name);
    }
    try {
      return jar.getInputStream(entry);
    } catch (IOException e) {
      return null;
    }
  }

  private static String entryName(String resource) {
    return PREFIX + (resource.endsWith(".class") ? resource + "data" : resource);
  }

  // The jar says how large each class is: whatever is allocated at a start stays in memory for a
  // while.
  private static byte[] read(InputStream in, long size) throws IOException {
    byte[] bytes = new byte[(int) size];
    int filled = 0;
    while (filled < bytes.length) {
      int read = in.read(bytes, filled, bytes.length - filled);
      if (read < 0) {
        throw new EOFException("only " + filled + " of " + size + " bytes");
      }
      filled += read;
    }
    return bytes;
  }

  /**
   * Opens this loader's resources itself: the handler of jar URLs may be one of the application's,
   * or keep the jar in a cache that the application has its own mind about.
   */
  private final class Handler extends URLStreamHandler {
    @Override
    protected URLConnection openConnection(URL url) {
      return new Resource(url);
    }
  }

  private final class Resource extends URLConnection {
    Resource(URL url) {
      super(url);
    }

    @Override
    public void connect() {
      connected = true;
    }

    @Override
    public InputStream getInputStream() throws IOException {
      String path = url.toString();
      JarEntry entry =
          path.startsWith(base) ? jar.getJarEntry(path.substring(base.length())) : null;
      if (entry == null) {
        throw new FileNotFoundException(path);
      }
      return jar.getInputStream(entry);
    }
  }
}
