package dev.turnout.it;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;

/** Packs an application as Spring Boot's build plugins do: its libraries as jars in the jar. */
final class FatJar {
  private FatJar() {}

  static Path pack(Path jar, String startClass, Path classes, List<Path> libraries)
      throws IOException {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(
        Attributes.Name.MAIN_CLASS, "org.springframework.boot.loader.launch.JarLauncher");
    attributes.putValue("Start-Class", startClass);
    attributes.putValue("Spring-Boot-Classes", "BOOT-INF/classes/");
    attributes.putValue("Spring-Boot-Lib", "BOOT-INF/lib/");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      for (Path loader : Built.libraries("spring-boot-loader")) {
        unpack(loader, out);
      }
      // The launcher looks the folder up by its entry.
      out.putNextEntry(new JarEntry("BOOT-INF/classes/"));
      try (Stream<Path> files = Files.walk(classes)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          String name = classes.relativize(file).toString().replace('\\', '/');
          out.putNextEntry(new JarEntry("BOOT-INF/classes/" + name));
          Files.copy(file, out);
        }
      }
      for (Path library : libraries) {
        store("BOOT-INF/lib/" + library.getFileName(), Files.readAllBytes(library), out);
      }
    }
    return jar;
  }

  private static void unpack(Path loader, JarOutputStream out) throws IOException {
    try (JarFile jar = new JarFile(loader.toFile())) {
      for (JarEntry entry : jar.stream().filter(e -> e.getName().endsWith(".class")).toList()) {
        out.putNextEntry(new JarEntry(entry.getName()));
        try (InputStream in = jar.getInputStream(entry)) {
          in.transferTo(out);
        }
      }
    }
  }

  // Not compressed: the launcher reads nested jars where they are.
  private static void store(String name, byte[] bytes, JarOutputStream out) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    JarEntry entry = new JarEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.length);
    entry.setCrc(crc.getValue());
    out.putNextEntry(entry);
    out.write(bytes);
  }
}
