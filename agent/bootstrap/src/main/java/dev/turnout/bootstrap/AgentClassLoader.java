package dev.turnout.bootstrap;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.security.AllPermission;
import java.security.Permissions;
import java.security.ProtectionDomain;
import java.util.Collections;
import java.util.Enumeration;
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
 * <p>Classes are kept in a jar within the agent's jar, so no other loader finds them even where
 * that is on its path.
 */
final class AgentClassLoader extends ClassLoader {
  static {
    registerAsParallelCapable();
  }

  private final AgentArchive archive;
  private final String base;

  // The agent may do what the JVM may: who runs a security manager grants that to an agent's jar,
  // and these classes are in a jar within, of which no policy knows.
  private final ProtectionDomain everything;

  AgentClassLoader(File file, @Nullable ClassLoader platformLoader) throws IOException {
    super(platformLoader);
    archive = AgentArchive.open(file);
    base = "turnout-agent:" + file.toURI() + "!/";
    Permissions all = new Permissions();
    all.add(new AllPermission());
    everything = new ProtectionDomain(null, all);
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
    String entry = name.replace('.', '/') + ".class";
    if (!archive.mayHave(entry)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> type = findLoadedClass(name);
      if (type == null) {
        type = define(name, entry);
      }
      if (type == null) {
        return super.loadClass(name, resolve);
      }
      if (resolve) {
        resolveClass(type);
      }
      return type;
    }
  }

  private @Nullable Class<?> define(String name, String entry) throws ClassNotFoundException {
    byte[] bytes;
    try {
      bytes = archive.read(entry);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
    if (bytes == null) {
      return null;
    }
    definePackageOnce(name);
    return defineClass(name, bytes, 0, bytes.length, everything);
  }

  private void definePackageOnce(String className) {
    int dot = className.lastIndexOf('.');
    String packageName = dot < 0 ? "" : className.substring(0, dot);
    if (dot > 0 && getPackage(packageName) == null) {
      try {
        definePackage(packageName, null, null, null, null, archive.version(), null, null);
      } catch (IllegalArgumentException e) {
        // Another thread was first: what was wanted is there.
        return;
      }
    }
  }

  @Override
  protected @Nullable URL findResource(String name) {
    try {
      return archive.read(name) == null ? null : new URL(null, base + name, new Handler());
    } catch (IOException e) {
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
    try {
      byte[] bytes = archive.read(name);
      return bytes == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(bytes);
    } catch (IOException e) {
      return null;
    }
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
      byte[] bytes = path.startsWith(base) ? archive.read(path.substring(base.length())) : null;
      if (bytes == null) {
        throw new FileNotFoundException(path);
      }
      return new ByteArrayInputStream(bytes);
    }
  }
}
