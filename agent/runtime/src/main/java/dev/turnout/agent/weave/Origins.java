package dev.turnout.agent.weave;

import java.io.Closeable;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.security.CodeSource;
import java.util.HashMap;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Reads class files from the jars and folders that loaded classes say they came from, without their
 * loaders and with {@code java.io} only. Used by one thread.
 */
final class Origins implements Closeable {
  private final Map<String, JarFile> jars = new HashMap<>();

  /** Returns the class file of a class; null if it is not to be found. */
  byte @Nullable [] classFile(Class<?> type) {
    String name = type.getName().replace('.', '/') + ".class";
    try {
      File origin = origin(type);
      if (origin == null) {
        return null;
      }
      if (origin.isDirectory()) {
        return read(new FileInputStream(new File(origin, name)));
      }
      JarFile jar = jar(origin);
      JarEntry entry = jar.getJarEntry(name);
      return entry == null ? null : read(jar.getInputStream(entry));
    } catch (IOException | RuntimeException | URISyntaxException e) {
      // Gone by now: then only the JVM has it.
      return null;
    }
  }

  private static @Nullable File origin(Class<?> type) throws URISyntaxException {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    URL location = source == null ? null : source.getLocation();
    return location == null || !location.getProtocol().equals("file")
        ? null
        : new File(new URI(location.toString()));
  }

  private JarFile jar(File file) throws IOException {
    JarFile jar = jars.get(file.getPath());
    if (jar == null) {
      // false: no signature check, which would initialise the security providers too early.
      jar = new JarFile(file, false, ZipFile.OPEN_READ, JarFile.runtimeVersion());
      jars.put(file.getPath(), jar);
    }
    return jar;
  }

  private static byte[] read(InputStream opened) throws IOException {
    try (InputStream in = opened) {
      return in.readAllBytes();
    }
  }

  @Override
  public void close() throws IOException {
    for (JarFile jar : jars.values()) {
      jar.close();
    }
  }
}
