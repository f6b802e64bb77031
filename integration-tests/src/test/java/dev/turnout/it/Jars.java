package dev.turnout.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** Packs what the tests have compiled, and repacks what the build has packed. */
final class Jars {
  private Jars() {}

  /** Packs a folder, with further attributes in the manifest. */
  static Path pack(Path jar, Path folder, Map<String, String> attributes) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.forEach(manifest.getMainAttributes()::putValue);
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
        Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(folder.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, out);
      }
    }
    return jar;
  }

  /** Copies a jar but for one of its entries, which must be there. */
  static void copyWithout(String left, Path from, Path to) throws IOException {
    try (JarFile whole = new JarFile(from.toFile());
        JarOutputStream out = new JarOutputStream(Files.newOutputStream(to))) {
      if (whole.getEntry(left) == null) {
        throw new IllegalArgumentException("there is no " + left + " in " + from);
      }
      for (JarEntry entry : Collections.list(whole.entries())) {
        if (!entry.getName().equals(left)) {
          JarEntry copy = new JarEntry(entry.getName());
          if (entry.getMethod() == ZipEntry.STORED) {
            copy.setMethod(ZipEntry.STORED);
            copy.setSize(entry.getSize());
            copy.setCrc(entry.getCrc());
          }
          out.putNextEntry(copy);
          whole.getInputStream(entry).transferTo(out);
        }
      }
    }
  }
}
